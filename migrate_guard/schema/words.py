"""Pure: what differences are called, where the words are data: in the names of files, in a baseline, in a draft."""

import re
from collections.abc import Sequence

from migrate_guard.protocol.messages import Operation, Rename, Said
from migrate_guard.schema.differences import ORDER, Difference

# Alembic cuts what a file is called after as many characters
_LONGEST = 40
# As Alembic calls them
_CONSTRAINTS = {
    "foreign key": "foreign key constraint",
    "primary key": "primary key constraint",
    "exclusion constraint": "exclude constraint",
}
_PLAIN = "public."
_BARE = ("", "definition", "type", ORDER)


def what(one: Operation | Difference) -> str:
    """The object that differs, as a person calls it: "column user.phone", "index ix of user"."""
    if isinstance(one, Difference):
        return _of_database(one.kind, one.table.removeprefix(_PLAIN), one.name)
    if one.described:
        return _of_database(one.kind, table(one), one.name)
    if one.kind in ("", "table"):
        named = f"table {table(one)}" if one.kind else one.name
        return f"comment of {named}" if one.attribute == "comment" else named
    if one.kind == "column":
        return f"column {table(one)}.{one.name}"
    if one.kind == "index":
        return f"index {one.name or None} of {table(one)}"
    return f"{_CONSTRAINTS.get(one.kind, one.kind)} {one.name} of {table(one)}".replace("  ", " ")


def _of_database(kind, table_, name):
    name = name.removeprefix(_PLAIN)
    if kind == "column":
        return f"column {table_}.{name}"
    if kind == "table" or not table_:
        return f"{kind} {name}"
    return f"{kind} {name} of {table_}".replace("  ", " ")


def table(operation: Operation) -> str:
    """The table as the models spell it."""
    return operation.spelled or operation.table


def said(one: Operation | Difference, side: Said | None) -> str:
    """What a ``side`` of it says of the object; "" where that lacks it."""
    if side is None:
        return ""
    if isinstance(one, Difference) or one.described:
        return _said_by_database(one.attribute, side)
    if not one.kind:
        return dict(side).get("code", "something else" if one.direction == "alter" else "has it")
    if one.attribute:
        return _of_attribute(one, dict(side).get(one.attribute))
    return _of_whole(one.kind, dict(side)) or "has it"


def _said_by_database(attribute, side):
    if attribute:
        value = dict(side).get(attribute, "none")
        return value if attribute in _BARE else f"{attribute} {value}"
    return (
        ", ".join(value if name in _BARE else f"{name} {value}" for name, value in side if value) or "has it"
    )


def _of_attribute(operation, value):
    if operation.attribute == "comment":
        return repr(value) if operation.kind == "table" else f"comment {value!r}"
    if operation.attribute == "default":
        return "no server default" if value is None else f"server default {value}"
    if operation.attribute == "name":
        return f"name {value}"
    return "no type" if value is None else value


def _of_whole(kind, side):
    if kind == "column":
        required = "primary key" if "primary key" in side else side.get("nullable")
        return " ".join(
            [
                side["type"],
                *([required] if required in ("primary key", "NOT NULL") else []),
                *(["with a server default"] if "default" in side else []),
            ]
        )
    if kind == "table":
        return f"columns {side['columns']}" if "columns" in side else ""
    if "columns" in side:
        return f"{'unique ' if 'unique' in side else ''}on {side['columns']}"
    return side.get("definition", "")


def message(operations: Sequence[Operation], renamed: Sequence[Rename] = ()) -> str:
    """A revision message made from the operations, as Django names its migrations: it becomes the file's name.

    ``renamed`` is what is done before them.
    """
    name, *more = dict.fromkeys([*map(_rename, renamed), *map(_named, operations)]) or [""]
    for one in more:
        if len(f"{name}_and_{one}") > _LONGEST:
            return f"{name}_and_more"
        name = f"{name}_and_{one}"
    return name


def _named(operation):
    done, short = operation.direction, _short(operation)
    if operation.kind == "table" and done == "add" and short:
        done = "create"
    return re.sub(r"\W+", "_", f"{done} {short or what(operation)}").lower()


def _short(operation):
    """Without its kind, where the name alone tells what is meant; "" where it does not."""
    plain = operation.name.removeprefix(_PLAIN) if operation.described else operation.name
    names = {
        "column": f"{table(operation)}.{plain}",
        "table": "" if operation.attribute == "comment" and not operation.described else table(operation),
        "index": plain or ("" if operation.described else "None"),
    }
    found = names.get(operation.kind, "")
    return "" if re.search(r"\s", found + table(operation)) else found


def _rename(rename):
    table_ = f"{rename.table}_" if rename.kind == "column" else ""
    old, new = (name.rpartition(".")[2] for name in (table_ + rename.old, rename.new))
    return re.sub(r"\W+", "_", f"rename_{old}_to_{new}").lower()
