import pytest

from migrate_guard.checks.facts import Facts
from migrate_guard.checks.graph import graph
from migrate_guard.findings.finding import Finding
from migrate_guard.findings.remedy import Merge
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import DiskRevision, Revision

MERGE = Merge()


def rev(id, *down_revisions, labels=(), depends_on=(), file=""):
    return Revision(id, down_revisions, labels, depends_on, f"versions/{file or id}.py", 3)


def facts(*revisions, heads=1, on_disk=()):
    return Facts(Environment("migrations", "migrations"), Graph(revisions), heads=heads, on_disk=on_disk)


def found(name, fact, *detail, at, remedy=None):
    return Finding(name, "migrations", fact, detail=detail, remedy=remedy, path=f"versions/{at}.py", line=3)


FORK = rev("aaaa1111"), rev("bbbb2222", "aaaa1111", labels=("api",)), rev("cccc3333", "aaaa1111")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            facts(*FORK),
            found(
                "multiple-heads",
                "the history has 2 heads, but may have only 1.",
                "bbbb2222  versions/bbbb2222.py:3",
                "cccc3333  versions/cccc3333.py:3",
                at="cccc3333",
                remedy=MERGE,
            ),
            id="two heads",
        ),
        pytest.param(
            facts(rev("aaaa1111"), rev("bbbb2222", depends_on=("aaaa1111",))),
            found(
                "multiple-heads",
                "the history has 2 heads, but may have only 1.",
                "aaaa1111  versions/aaaa1111.py:3",
                "bbbb2222  versions/bbbb2222.py:3",
                at="bbbb2222",
                remedy=MERGE,
            ),
            id="two heads, one depends on the other",
        ),
        pytest.param(
            facts(
                *FORK,
                on_disk=[DiskRevision("versions/m.py", "dddd4444", ("bbbb2222", "cccc3333"), "untracked")],
            ),
            found(
                "multiple-heads",
                "the history has 2 heads, but may have only 1.",
                "bbbb2222  versions/bbbb2222.py:3",
                "cccc3333  versions/cccc3333.py:3",
                "dddd4444  versions/m.py joins them, but is on disk only",
                at="cccc3333",
            ),
            id="two heads, joined on disk",
        ),
        pytest.param(
            facts(*FORK, heads=("api",)),
            found(
                "multiple-heads",
                "1 of 2 heads is not allowed.",
                "bbbb2222  versions/bbbb2222.py:3 (allowed: api)",
                "cccc3333  versions/cccc3333.py:3 (not allowed)",
                "heads in [tool.migrate-guard] allows: api",
                "To join only some of the heads, merge their ids instead of heads.",
                at="cccc3333",
                remedy=MERGE,
            ),
            id="head without an allowed label",
        ),
        pytest.param(
            facts(
                rev("aaaa1111", labels=("api",)),
                rev("bbbb2222", "aaaa1111"),
                rev("cccc3333", "aaaa1111"),
                heads=("api",),
            ),
            found(
                "multiple-heads",
                "1 of 2 heads is not allowed.",
                "bbbb2222  versions/bbbb2222.py:3 (allowed: api)",
                "cccc3333  versions/cccc3333.py:3 (not allowed)",
                "heads in [tool.migrate-guard] allows: api",
                "To join only some of the heads, merge their ids instead of heads.",
                at="cccc3333",
                remedy=MERGE,
            ),
            id="one entry allows one head",
        ),
        pytest.param(
            facts(*FORK, heads=("web", "aaa", "cccc4444")),
            found(
                "multiple-heads",
                "2 of 2 heads are not allowed.",
                "bbbb2222  versions/bbbb2222.py:3 (not allowed)",
                "cccc3333  versions/cccc3333.py:3 (not allowed)",
                "heads in [tool.migrate-guard] allows: web, aaa, cccc4444",
                at="bbbb2222",
                remedy=MERGE,
            ),
            id="no head is allowed",
        ),
        pytest.param(
            facts(rev("aaaa1111"), heads=("api", "web")),
            found(
                "multiple-heads",
                "the only head is not allowed.",
                "aaaa1111  versions/aaaa1111.py:3 (not allowed)",
                "heads in [tool.migrate-guard] allows: api, web",
                "Allow it there, or give its branch one of these labels.",
                at="aaaa1111",
            ),
            id="the only head is not allowed",
        ),
        pytest.param(
            facts(rev("aaaa1111"), rev("cccc3333", "bbbb2222")),
            found(
                "missing-down-revision",
                "no revision file has the id bbbb2222, the down_revision of cccc3333.",
                "cccc3333  versions/cccc3333.py:3",
                "Restore its file, or let down_revision name a revision that exists.",
                at="cccc3333",
            ),
            id="missing down_revision, and no word about heads",
        ),
        pytest.param(
            facts(rev("aaaa1111"), rev("mmmm9999", "aaaa1111", "bbbb2222")),
            found(
                "missing-down-revision",
                "no revision file has the id bbbb2222, a down_revision of mmmm9999.",
                "mmmm9999  versions/mmmm9999.py:3",
                "Restore its file, or let down_revision name a revision that exists.",
                at="mmmm9999",
            ),
            id="missing down_revision of a merge",
        ),
        pytest.param(
            facts(rev("cccc3333", depends_on=("web",))),
            found(
                "missing-down-revision",
                "no revision file has the id or label web, in depends_on of cccc3333.",
                "cccc3333  versions/cccc3333.py:3",
                "Restore its file, or let depends_on name a revision that exists.",
                at="cccc3333",
            ),
            id="missing depends_on",
        ),
        pytest.param(
            facts(
                rev("cccc3333", "bbbb2222"),
                on_disk=[
                    DiskRevision("versions/b.py", "bbbb2222", (), "untracked"),
                    DiskRevision("versions/x.py", "xxxx0000", (), "untracked"),
                ],
            ),
            found(
                "missing-down-revision",
                "no revision file has the id bbbb2222, the down_revision of cccc3333.",
                "cccc3333  versions/cccc3333.py:3",
                "bbbb2222  versions/b.py (on disk only)",
                at="cccc3333",
            ),
            id="missing down_revision is on disk",
        ),
        pytest.param(
            facts(rev("aaaa1111"), rev("bbbb2222", "aaaa")),
            found(
                "missing-down-revision",
                "no revision file has the id aaaa, the down_revision of bbbb2222.",
                "bbbb2222  versions/bbbb2222.py:3",
                "Alembic needs the whole id in down_revision: aaaa1111",
                at="bbbb2222",
            ),
            id="abbreviated down_revision",
        ),
        pytest.param(
            facts(
                rev("aaaa1111"),
                rev("bbbb2222", "aaaa1111", file="one"),
                rev("bbbb2222", "aaaa1111", file="two"),
            ),
            found(
                "duplicate-revision",
                "2 revision files have the same id, bbbb2222.",
                "bbbb2222  versions/one.py:3",
                "bbbb2222  versions/two.py:3",
                "Keep one; remove the others or give each an id of its own.",
                at="two",
            ),
            id="duplicate",
        ),
        pytest.param(
            facts(
                rev("aaaa1111"),
                rev("bbbb2222", "aaaa1111", depends_on=("cccc3333",)),
                rev("cccc3333", "bbbb2222"),
            ),
            found(
                "circular-history",
                "the history is circular: none of 2 revisions can come first.",
                "bbbb2222  versions/bbbb2222.py:3 needs cccc3333",
                "cccc3333  versions/cccc3333.py:3 needs bbbb2222",
                "Change down_revision or depends_on in the one that should come first.",
                at="bbbb2222",
            ),
            id="circle",
        ),
        pytest.param(
            facts(rev("aaaa1111", "aaaa1111")),
            found(
                "circular-history",
                "the history is circular: revision aaaa1111 needs itself.",
                "aaaa1111  versions/aaaa1111.py:3 needs aaaa1111",
                "Take its own id out of its down_revision or depends_on.",
                at="aaaa1111",
            ),
            id="revision that needs itself",
        ),
    ],
)
def test_finds(facts, expected):
    assert graph(facts) == [expected]


def test_finds_all_that_is_broken():
    broken = facts(rev("aaaa1111", "gone0000"), rev("bbbb2222", "bbbb2222"), rev("cccc3333"), rev("cccc3333"))
    assert [finding.name for finding in graph(broken)] == [
        "missing-down-revision",
        "duplicate-revision",
        "circular-history",
    ]


LABELLED = (
    rev("aaaa1111", labels=("api",)),
    rev("bbbb2222", "aaaa1111", labels=("web",)),
    rev("cccc3333", "aaaa1111"),
)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(facts(), id="no revisions"),
        pytest.param(facts(heads=("api",)), id="no revisions, heads by label"),
        pytest.param(facts(rev("aaaa1111"), rev("bbbb2222", "aaaa1111")), id="linear"),
        pytest.param(facts(*FORK, rev("mmmm9999", "bbbb2222", "cccc3333")), id="diamond"),
        pytest.param(facts(*FORK, heads=2), id="as many heads as allowed"),
        pytest.param(facts(rev("aaaa1111"), heads=2), id="fewer heads than allowed"),
        pytest.param(facts(*FORK, heads=("api", "cccc3333")), id="by label and id"),
        pytest.param(facts(*FORK, heads=("bbbb", "cccc33")), id="by abbreviated id"),
        pytest.param(facts(*LABELLED, heads=("api", "web")), id="each label where it is needed"),
        pytest.param(facts(*LABELLED, heads=("web", "api", "api")), id="more labels than heads"),
        pytest.param(
            facts(*FORK, rev("mmmm9999", "bbbb2222", "cccc3333"), heads=("api",)),
            id="label carried through a merge",
        ),
        pytest.param(
            facts(rev("aaaa1111", labels=("api",)), rev("bbbb2222", depends_on=("api",)), heads=2),
            id="depends_on by label",
        ),
    ],
)
def test_does_not_find(facts):
    assert graph(facts) == []
