"""What nobody but a person can know of a missing revision: is this a rename, and what do the rows that are there get?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrate_guard.protocol.messages import Described, Operation
from migrate_guard.questions.likeness import Likeness, columns, tables
from migrate_guard.schema import words

_PLAIN = "public."


@dataclass(frozen=True)
class Candidate:
    """What ``operation`` adds could be the same thing under a new name."""

    operation: Operation
    likeness: Likeness

    @property
    def name(self) -> str:
        return name(self.operation)


@dataclass(frozen=True)
class Question:
    """About ``operation``, the drop of a table or of a column, which may be a rename to one of ``candidates``, the
    likeliest first. Without any: about a NOT NULL column, new or not until now, of a table that may hold rows. Then ``unique``
    says that no two rows may have one value, and ``refers`` names the table to whose rows each value has to lead, though
    it is new as well, and empty.
    """

    operation: Operation
    candidates: tuple[Candidate, ...] = ()
    unique: bool = False
    refers: str = ""

    @property
    def name(self) -> str:
        return name(self.operation)


def name(operation: Operation) -> str:
    """Of a table or column, as it is shown and typed: "user.phone", "billing.invoice"."""
    table = words.table(operation)
    return f"{table}.{operation.name}" if operation.kind == "column" else table


def is_named(operation: Operation, typed: str) -> bool:
    return typed.removeprefix(_PLAIN) == name(operation).removeprefix(_PLAIN)


def renames(operations: Sequence[Operation], described: Sequence[Described]) -> list[Question]:
    """What ``operations``, those that autogenerate would write, drop, and could rename instead; the likeliest first."""
    found = [*_of_tables(operations, described), *_of_columns(operations)]
    return sorted(found, key=lambda question: question.candidates[0].likeness.order, reverse=True)


def find(
    operations: Sequence[Operation],
    described: Sequence[Described],
    asked: Callable[[Question], bool] = lambda _: True,
) -> list[Question]:
    """All that ``operations`` leave open, but for what is not ``asked``.

    A new column waits until nothing could have been renamed to it.
    """
    open_ = [question for question in renames(operations, described) if asked(question)]
    taken = {candidate.operation for question in open_ for candidate in question.candidates}
    fills = [_of_rows(one, operations, described) for one in required(operations) if one not in taken]
    return [*open_, *filter(asked, fills)]


_KEY = re.compile(r"FOREIGN KEY \((.*?)\) REFERENCES (\S+?) ?\(")
_UNIQUE = re.compile(r"^(?:UNIQUE|btree)? ?\((.*?)\)$")


def _of_rows(operation, operations, described):
    """What the rows get: with what the models say of the column besides."""
    new = {one.name for one in sides(operations, "table")[1]}
    unique, refers = False, ""
    for side in described:
        for one in side.objects if side.models and side.database == operation.database else ():
            if one.table != operation.table:
                continue
            definition = one.attributes.get("definition", "").replace('"', "")
            key, listed = _KEY.match(definition), _UNIQUE.match(definition)
            if key and key[1].lower() == operation.name.lower():
                refers = next((name for name in new if name.lower() == key[2].lower()), refers)
            is_unique = one.kind == "unique constraint" or one.attributes.get("unique")
            unique = unique or bool(is_unique and listed and listed[1].lower() == operation.name.lower())
    return Question(operation, unique=unique, refers=refers)


def _of_tables(operations, described):
    dropped, added = sides(operations, "table")
    held: dict[tuple[str, bool, str], dict[str, str]] = {
        (one.database, one.models, thing.table): {}
        for one in described
        for thing in one.objects
        if thing.kind == "table"
    }
    for one in described:
        for thing in one.objects:
            if thing.kind == "column":
                held[one.database, one.models, thing.table][thing.name] = thing.attributes["type"]
    for old in dropped:
        likely = []
        for new in added:
            if _same_place(old, new, _schema):
                sides_ = (held.get((old.database, False, old.name)), held.get((new.database, True, new.name)))
                likely.append((new, tables(old.name, new.name, *sides_)))
        yield from _question(old, likely)


def _of_columns(operations):
    dropped, added = sides(operations, "column")
    for old in dropped:
        likely = [
            (new, columns(old.name, new.name, _type(old.history), _type(new.models)))
            for new in added
            if _same_place(old, new, lambda operation: operation.table)
        ]
        yield from _question(old, likely)


def _type(said):
    return dict(said).get("type", "")


def _same_place(old, new, place):
    return old.database == new.database and place(old) == place(new)


def _schema(operation):
    return operation.name.rpartition(".")[0]


def _question(old, likely):
    likely = sorted(
        ((new, likeness) for new, likeness in likely if likeness), key=lambda one: one[1].order, reverse=True
    )
    if likely:
        yield Question(old, tuple(Candidate(new, likeness) for new, likeness in likely))


def sides(operations: Sequence[Operation], kind: str) -> tuple[list[Operation], list[Operation]]:
    """(those that drop a whole ``kind``, those that add one), each once."""
    found = _once(one for one in operations if one.kind == kind and not one.attribute)
    return [one for one in found if one.models is None], [one for one in found if one.history is None]


def required(operations: Sequence[Operation]) -> list[Operation]:
    """Those after which every row must fill a column of a table that is there already: it is new, or could be empty."""
    added = [operation for operation in sides(operations, "column")[1] if _is_required(operation.models)]
    return [*added, *_once(one for one in operations if one.kind == "column" and becomes_required(one))]


def _is_required(said):
    column = dict(said)
    return column.get("nullable") == "NOT NULL" and "default" not in column and "primary key" not in column


def becomes_required(operation: Operation) -> bool:
    """Whether it makes a column NOT NULL that is there already."""
    return operation.attribute == "nullable" and ("nullable", "NOT NULL") in (operation.models or ())


def _once(operations):
    own = [one for one in operations if not one.by_hand]
    once = {one.identity: one for one in reversed(own)}
    return list(reversed(once.values()))
