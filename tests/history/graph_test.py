import pytest

from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import Revision


def rev(id, *down_revisions, labels=(), depends_on=(), path=""):
    return Revision(id, down_revisions, labels, depends_on, path or f"{id}.py", 1)


def ids(revisions):
    return [revision.id for revision in revisions]


@pytest.mark.parametrize(
    ("revisions", "heads", "bases"),
    [
        pytest.param([], [], [], id="empty"),
        pytest.param([rev("a")], ["a"], ["a"], id="one"),
        pytest.param([rev("c", "b"), rev("a"), rev("b", "a")], ["c"], ["a"], id="linear, in any order"),
        pytest.param([rev("a"), rev("b", "a"), rev("c", "a")], ["b", "c"], ["a"], id="branch"),
        pytest.param(
            [rev("a"), rev("b", "a"), rev("c", "a"), rev("m", "b", "c")], ["m"], ["a"], id="diamond"
        ),
        pytest.param([rev("a"), rev("b"), rev("m", "a", "b")], ["m"], ["a", "b"], id="merge of two bases"),
        pytest.param(
            [rev("a"), rev("b", depends_on=("a",))], ["a", "b"], ["a", "b"], id="depends_on keeps a head"
        ),
        pytest.param(
            [rev("a", labels=("x",)), rev("b", depends_on=("x",))],
            ["a", "b"],
            ["a", "b"],
            id="depends_on by label",
        ),
    ],
)
def test_sound(revisions, heads, bases):
    graph = Graph(iter(revisions))
    assert (ids(graph.heads), ids(graph.bases)) == (heads, bases)
    assert graph.replayable
    assert (graph.missing, graph.duplicates, graph.cycles) == ((), {}, ())


@pytest.mark.parametrize(
    ("revisions", "order"),
    [
        pytest.param([rev("c", "b"), rev("b", "a"), rev("a")], "abc", id="linear"),
        pytest.param([rev("m", "b", "c"), rev("b", "a"), rev("c", "a"), rev("a")], "abcm", id="diamond"),
        pytest.param([rev("b", depends_on=("x",)), rev("a", labels=("x",))], "ab", id="depends_on by label"),
        pytest.param([rev("b", "gone"), rev("c", "b"), rev("a")], "bac", id="missing"),
        pytest.param([rev("b", "a"), rev("a"), rev("b", "a")], "abb", id="duplicate"),
        pytest.param([rev("d", "c"), rev("c", "b"), rev("b", "a", "c"), rev("a")], "acbd", id="cycle"),
    ],
)
def test_order(revisions, order):
    assert "".join(ids(Graph(revisions).order)) == order


@pytest.mark.parametrize(
    ("revisions", "missing"),
    [
        pytest.param([rev("b", "a")], [("b", "a")], id="down_revision"),
        pytest.param([rev("b", depends_on=("a",))], [("b", "a")], id="depends_on"),
        pytest.param([rev("b", "a", depends_on=("a",))], [("b", "a")], id="both, once"),
        pytest.param([rev("m", "a", "b")], [("m", "a"), ("m", "b")], id="merge"),
        pytest.param([rev("abcdef"), rev("b", "abcde")], [("b", "abcde")], id="abbreviated"),
        pytest.param([rev("a", labels=("x",)), rev("b", "x")], [("b", "x")], id="label as down_revision"),
    ],
)
def test_missing(revisions, missing):
    graph = Graph(revisions)
    assert [(revision.id, reference) for revision, reference in graph.missing] == missing
    assert not graph.replayable


def test_abbreviated_down_revision_still_takes_the_head_away():
    assert ids(Graph([rev("abcdef"), rev("b", "abcde")]).heads) == ["b"]


def test_duplicates():
    first, second = rev("b", "a", path="1.py"), rev("b", path="2.py")
    graph = Graph([rev("a"), first, second])
    assert graph.duplicates == {"b": (first, second)}
    assert graph.by_id["b"] is second
    assert ids(graph.heads) == ["b"]
    assert not graph.replayable


@pytest.mark.parametrize(
    ("revisions", "cycles"),
    [
        pytest.param([rev("a", "a")], ["a"], id="itself"),
        pytest.param([rev("a", depends_on=("x",), labels=("x",))], ["a"], id="itself by label"),
        pytest.param([rev("a", "b"), rev("b", "a")], ["ab"], id="pair"),
        pytest.param([rev("a"), rev("b", "a", depends_on=("c",)), rev("c", "b")], ["bc"], id="depends_on"),
        pytest.param(
            [rev("a"), rev("b", "a", "d"), rev("c", "b"), rev("d", "c"), rev("e", "d")], ["bdc"], id="between"
        ),
        pytest.param([rev("c", "b"), rev("d", "b"), rev("a", "b"), rev("b", "a")], ["ba"], id="below others"),
        pytest.param(
            [rev("a", "b"), rev("b", "a"), rev("c", "d", "a"), rev("d", "c")],
            ["ab", "cd"],
            id="one above another",
        ),
    ],
)
def test_cycles(revisions, cycles):
    graph = Graph(revisions)
    assert ["".join(ids(cycle)) for cycle in graph.cycles] == cycles
    assert len(graph.order) == len(revisions)
    assert not graph.replayable


@pytest.mark.parametrize(
    ("reference", "id"),
    [
        pytest.param("abcd1111", "abcd1111", id="exact"),
        pytest.param("abcd", "abcd", id="exact before abbreviated"),
        pytest.param("abcd1", "abcd1111", id="abbreviated"),
        pytest.param("abcd2", None, id="of two"),
        pytest.param("ffe", None, id="too short"),
        pytest.param("ffee", "ffee0000", id="long enough"),
        pytest.param("api", "ffee0000", id="label"),
        pytest.param("0000", None, id="unknown"),
    ],
)
def test_find(reference, id):
    revisions = [
        rev("abcd1111"),
        rev("abcd"),
        rev("abcd2222"),
        rev("abcd2233"),
        rev("ffee0000", labels=("api",)),
    ]
    found = Graph(revisions).find(reference)
    assert (found and found.id) == id


@pytest.mark.parametrize(
    ("revisions", "labels"),
    [
        pytest.param([rev("a")], {"a": set()}, id="none"),
        pytest.param([rev("a", labels=("x", "y")), rev("b", "a")], {"b": {"x", "y"}}, id="from below"),
        pytest.param(
            [rev("a"), rev("b", "a", labels=("x",)), rev("c", "a"), rev("d", "b")],
            {"c": set(), "d": {"x"}},
            id="not of the other branch",
        ),
        pytest.param(
            [rev("a", labels=("x",)), rev("b", labels=("y",)), rev("m", "a", "b"), rev("n", "m")],
            {"n": {"x", "y"}},
            id="through a merge",
        ),
        pytest.param(
            [rev("a", labels=("x",)), rev("b", depends_on=("x",))],
            {"a": {"x"}, "b": set()},
            id="not by depends_on",
        ),
    ],
)
def test_labels(revisions, labels):
    graph = Graph(revisions)
    assert {head.id: graph.labels(head) for head in graph.heads} == labels


def _id(number):
    return f"{number:012x}"


SIZE = 2000


@pytest.mark.parametrize(
    ("revisions", "heads", "cycles"),
    [
        pytest.param([rev(_id(i), *([_id(i - 1)] if i else [])) for i in range(SIZE)], 1, 0, id="chain"),
        pytest.param(
            [rev(_id(i), *([_id(i - 1)] if i else [])) for i in reversed(range(SIZE))], 1, 0, id="reversed"
        ),
        pytest.param([rev(_id(i), *([_id(0)] if i else [])) for i in range(SIZE)], SIZE - 1, 0, id="star"),
        pytest.param([rev(_id(i), _id((i - 1) % SIZE)) for i in range(SIZE)], 0, 1, id="ring"),
        pytest.param([rev(_id(i), _id(i ^ 1)) for i in range(SIZE)], 0, SIZE // 2, id="pairs"),
        pytest.param(
            [rev(_id(i)) for i in range(SIZE - 1)] + [rev("m", *map(_id, range(SIZE - 1)))],
            1,
            0,
            id="merge of all",
        ),
    ],
)
def test_large(revisions, heads, cycles):
    graph = Graph(revisions)
    assert (len(graph.heads), len(graph.cycles), len(graph.order)) == (heads, cycles, SIZE)
    assert all(graph.labels(head) == frozenset() for head in graph.heads)


@pytest.mark.parametrize(
    ("starts", "skipped"),
    [
        pytest.param([], "", id="no database"),
        pytest.param([[]], "", id="the base"),
        pytest.param([["b"]], "ab", id="one start"),
        pytest.param([["d"]], "acd", id="what it depends on"),
        pytest.param([["b", "c"]], "abc", id="two heads"),
        pytest.param([["m"], ["b"]], "ab", id="two databases"),
        pytest.param([["m"], []], "", id="one begins at the base"),
        pytest.param([["gone"]], "", id="an unknown one"),
    ],
)
def test_before(starts, skipped):
    graph = Graph([rev("a"), rev("b", "a"), rev("c", "a"), rev("d", depends_on=("c",)), rev("m", "b", "c")])
    assert graph.before(starts) == set(skipped)
