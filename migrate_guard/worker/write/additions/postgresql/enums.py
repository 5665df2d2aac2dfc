"""PostgreSQL's enum types, which outlive the columns that use them; and the swap of a type for another."""

import re

from alembic.operations import ops
from sqlalchemy import ARRAY, Column, Enum
from sqlalchemy.dialects import postgresql as pg

from migrate_guard.worker.compare.leaning import known
from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.write.additions.code import execute, undecided
from migrate_guard.worker.write.effects import ALTER, Effect

_VALUE = re.compile(r"'((?:[^']|'')*)'(?:, )?")
# Before it, a value of an enum could not be added inside of a transaction.
_IN_TRANSACTION = (12,)


def write(turn, steps):
    """Each enum that is made, changed or dropped."""
    made = []
    for old, new, _ in turn.changes:
        if (new or old).kind != "enum":
            continue
        steps.about(old, new)
        if not old:
            made.append(new)
        elif not new:
            steps.after("enum", execute(f"DROP TYPE {turn.name(old.name)}"), drops=True)
        else:
            _change(turn, steps, old, new)
    _by_columns(turn, steps, made)


def values(one):
    """The values of an enum, in their order."""
    return [value.replace("''", "'") for value in _VALUE.findall(one.attributes["values"])]


# --- values


def _change(turn, steps, old, new):
    before, now = values(old), values(new)
    name = turn.name(new.name)
    if _is_part(before, now):
        outside = turn.version < _IN_TRANSACTION
        for at, value in enumerate(now):
            if value in before:
                continue
            place = (
                f" AFTER {turn.literal(now[at - 1])}"
                if at
                else f" BEFORE {turn.literal(before[0])}"
                if before
                else ""
            )
            last = set(now[at:]).isdisjoint(before)
            statement = f"ALTER TYPE {name} ADD VALUE {turn.literal(value)}{'' if last else place}"
            steps.before("enum", execute(statement, outside or turn.uses(new, value)), makes=True)
        return
    gone = [value for value in before if value not in now]
    come = [value for value in now if value not in before]
    if (
        len(gone) == len(come) == 1
        and before.index(gone[0]) == now.index(come[0])
        and len(before) == len(now)
    ):
        statement = f"ALTER TYPE {name} RENAME VALUE {turn.literal(gone[0])} TO {turn.literal(come[0])}"
        steps.before("enum", execute(statement), makes=True)
        return
    if gone and turn.is_upgrade:
        said = ", ".join(map(repr, gone))
        steps.before(
            "enum", undecided(f"what becomes of rows that hold {said} of enum {old.name}"), makes=True
        )
    swap(turn, steps, "TYPE", old, execute(_create(turn, new)), "text", now)


def _is_part(before, now):
    rest = iter(now)
    return all(value in rest for value in before)


def _create(turn, one):
    said = ", ".join(map(turn.literal, values(one)))
    return f"CREATE TYPE {turn.name(one.name)} AS ENUM ({said})"


def swap(turn, steps, kind, old, made, base, allowed=None):
    """Another type takes the place of ``old`` in every column; ``base`` is what a value is known by in both."""
    aside = f"{old.name.rpartition('.')[2]}__old"
    schema = turn.schema_in_front(old.name)

    staying = {known(one) for one in turn.new}
    columns = [
        one for one in turn.old if one.kind == "column" and is_of(one, old.name) and known(one) in staying
    ]

    def step(op):
        steps.before("enum", op, makes=True)
        op.effects = (*op.effects, *(Effect(ALTER, known(one)) for one in columns))

    step(execute(f"ALTER {kind} {turn.name(old.name)} RENAME TO {turn.quoted(aside)}"))
    step(made)
    for one in columns:
        alter = f"ALTER TABLE {turn.name(one.table)} ALTER COLUMN {turn.quoted(one.name)}"
        array = "[]" if one.attributes["type"].endswith("[]") else ""
        default = one.attributes["default"]
        if default:
            step(execute(f"{alter} DROP DEFAULT"))
        type_ = turn.name(old.name) + array
        step(execute(f"{alter} TYPE {type_} USING {turn.quoted(one.name)}::{base}{array}::{type_}"))
        if default and (allowed is None or any(turn.literal(value) in default for value in allowed)):
            step(execute(f"{alter} SET DEFAULT {turn.short(default)}"))
    step(execute(f"DROP {kind} {schema}{turn.quoted(aside)}"))


def is_of(column, name):
    """Whether ``column`` is of the type ``name``, or an array of it."""
    type_ = column.attributes["type"]
    return (type_[:-2] if type_.endswith("[]") else type_).replace('"', "") == name


# --- with the columns that use them


def _by_columns(turn, steps, made):
    """CREATE TABLE makes the types of its columns, whether they are there or not; ADD COLUMN makes none."""
    waiting = {one.name: one for one in made}
    for op in flat(turn.operations):
        if not isinstance(op, ops.CreateTableOp):
            continue
        for column in [one for one in op.columns if isinstance(one, Column)]:
            type_ = _type(column)
            if type_ is None:
                continue
            name = turn.full(type_.name, type_.schema)
            if waiting.pop(name, None) is None:
                column.type = _in_place(column.type, type_)
    for one in waiting.values():
        steps.before("enum", execute(_create(turn, one)), makes=True, of=one)


def _type(column):
    type_ = getattr(column, "type", None)
    if isinstance(type_, ARRAY):
        type_ = type_.item_type
    if isinstance(type_, pg.ENUM):
        return type_ if getattr(type_, "create_type", True) else None
    native = isinstance(type_, Enum) and type_.native_enum and type_.name
    return type_ if native else None


def _in_place(type_, enum):
    if not isinstance(type_, ARRAY):
        return _without_making(enum)
    return pg.ARRAY(_without_making(enum), dimensions=type_.dimensions)


def _without_making(type_):
    return pg.ENUM(*type_.enums, name=type_.name, schema=type_.schema, create_type=False)
