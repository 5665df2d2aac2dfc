"""Messages as lines: what a line holds comes back as it was, nested values as well."""

# ruff: noqa: UP006, UP035, UP045 - the annotations of messages are those of Python 3.8

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Dict, List, Mapping, Optional, Sequence, Tuple, get_args, get_origin, get_type_hints

import pytest

from migrate_guard.protocol import keeping, messages
from migrate_guard.protocol.lines import MESSAGES, Message, built, decode, encode
from migrate_guard.protocol.observation import Observation, observed

USER = messages.DatabaseObject("table", "user", "user", {"definition": "x"})
PHONE = messages.Operation("column", "user", "phone", (("type", "TEXT"),), None)
NESTED = [
    messages.Described("", True, (USER,)),
    messages.Scratch(
        {"database": "x", "port": 1}, start=messages.StartDump("f.sql", ("a",), ((1, "SELECT"),))
    ),
    messages.Scratch({"database": "x"}),
    messages.Orders(
        "add user.phone",
        omit=(PHONE,),
        add=(messages.Change("", "table", "user", "user", "", models=USER),),
        fills=(messages.Fill(PHONE, "1"),),
    ),
    messages.ProveOrder(messages.Place(root="/snapshot", x=("a=b",)), proved=("a",)),
    messages.Loaded({"app": "app.py"}, ("user",), ("app",), ("app.Base",)),
    keeping.Kept("server", "16", "there", left=("a", "b")),
]


@pytest.mark.parametrize("message", NESTED, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was(message):
    assert decode(encode(message)) == message


def test_a_new_message_is_known_as_soon_as_it_is_defined():
    @dataclass(frozen=True)
    class Greeting(Message):
        words: Sequence[str]

    try:
        assert decode(encode(Greeting(("hello",)))) == Greeting(("hello",))
    finally:
        del MESSAGES["Greeting"]


@dataclass(frozen=True)
class Inner:
    name: str


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, 1, 1),
        (Optional[Inner], None, None),
        (Optional[Inner], {"name": "a"}, Inner("a")),
        (Sequence[Inner], [{"name": "a"}], (Inner("a"),)),
        (List[Inner], [{"name": "a"}], [Inner("a")]),
        (Tuple[Inner, ...], [{"name": "a"}], (Inner("a"),)),
        (Tuple[int, Inner], [1, {"name": "a"}], (1, Inner("a"))),
        (Sequence[Tuple[int, str]], [[1, "a"]], ((1, "a"),)),
        (Dict[str, Inner], {"x": {"name": "a"}}, {"x": Inner("a")}),
        (Mapping[str, Sequence[Inner]], {"x": [{"name": "a"}]}, {"x": (Inner("a"),)}),
    ],
)
def test_values_are_built_as_their_annotations_say(annotation, value, expected):
    assert built(annotation, json.loads(json.dumps(value))) == expected


def test_what_no_message_can_hold_is_refused():
    with pytest.raises(TypeError, match="cannot hold"):
        built(frozenset, [1])


def held(annotation):
    """The types that ``annotation`` is made of."""
    if get_origin(annotation) is None:
        return {annotation}
    return {one for inner in get_args(annotation) if inner is not Ellipsis for one in held(inner)}


def test_every_message_is_frozen_and_can_be_built():
    plain = {str, int, bool, object, type(None)}
    waiting, seen = list(MESSAGES.values()), set()
    while waiting:
        cls = waiting.pop()
        assert is_dataclass(cls) and cls.__dataclass_params__.frozen, cls
        seen.add(cls)
        for annotation in get_type_hints(cls).values():
            others = held(annotation) - plain
            assert all(map(is_dataclass, others)), (cls, annotation)
            waiting += others - seen


def test_what_a_message_fills_is_a_field_that_takes_it():
    kinds = get_type_hints(Observation)
    told = [cls for cls in MESSAGES.values() if cls.kept_in]
    assert told
    for cls in told:
        assert kinds[cls.kept_in] in (Tuple[cls, ...], Optional[cls]), cls


# --- an observation


def test_each_message_is_kept_where_it_says():
    failed = messages.UpgradeFailed("a", "a.py", 1, "E")
    seen = observed([PHONE, failed, messages.Compared(2), messages.Compared(3)], engines=("SQLite",))
    assert (seen.operations, seen.upgrade_failed, seen.tables) == ((PHONE,), failed, 5)
    assert seen.engines == ("SQLite",)
    untouched = {one.name for one in fields(Observation)} - {
        "operations",
        "upgrade_failed",
        "compared",
        "engines",
    }
    assert all(not getattr(seen, name) for name in untouched)


def test_the_last_comparison_counts():
    """All that one tells is told once more by the next, what models ignore as well."""
    known = messages.Known("a", [], [], [], "a.py")
    compared = [messages.Compared(1), PHONE, messages.Ignored("", "user", "phone", ["drift"], "why")]
    again = [messages.Compared(1), messages.Ignored("", "user", "fax", ["drift"], "why")]
    seen = observed([known, messages.Comparing(), *compared, messages.Comparing(), *again])
    assert (seen.known, seen.compared, seen.operations) == ((known,), (again[0],), ())
    assert seen.ignores == (again[1],)


def test_an_observation_is_frozen():
    with pytest.raises(AttributeError):
        Observation().known = ()
