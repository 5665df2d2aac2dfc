"""Tables of MySQL and MariaDB, and their primary keys, which change with the columns that count."""

import re

from alembic.operations import ops

from migrate_guard.worker.write.additions.code import execute
from migrate_guard.worker.write.additions.mysql import columns, keys

_OPTION = re.compile(r"(\w+)=(\S+)")


def write(turn, steps, old, new, attributes):
    if not (old and new):
        return  # Alembic's own
    said, words = new.attributes, []
    if "engine" in attributes:
        words.append(f"ENGINE={said['engine']}")
    if "options" in attributes:
        before, now = (dict(_OPTION.findall(one.attributes["options"])) for one in (old, new))
        words += [f"{key.upper()}={value}" for key, value in now.items() if before.get(key) != value]
        words += [f"{key.upper()}=DEFAULT" for key in before if key not in now]
    if "comment" in attributes:
        words.append(f"COMMENT={turn.literal(said['comment'])}")
    alter = f"ALTER TABLE {turn.name(new.table)}"
    if "collation" in attributes:
        charset = said["collation"].partition("_")[0]
        steps.after(
            "schema", execute(f"{alter} CONVERT TO CHARACTER SET {charset} COLLATE {said['collation']}")
        )
        for column in turn.new:
            own = column.kind == "column" and column.table == new.table and column.attributes["collation"]
            if own and turn.find("column", column.table, column.name, old=True):
                steps.after("table", execute(f"{alter} MODIFY {columns.said_of(turn, column)}"))
    if words:
        steps.after("table", execute(f"{alter} {', '.join(words)}"))


def write_primary_key(turn, steps, old, new, attributes):
    """In one statement with the columns that begin or end to count."""
    table = (new or old).table
    words = ["DROP PRIMARY KEY"] if old else []
    for column in _counting(turn, table, old=True):
        words += [f"DROP COLUMN {turn.quoted(column.name)}"]
    for column in _counting(turn, table, old=False):
        words += [f"ADD COLUMN {columns.said_of(turn, column)}"]
    words += [f"ADD {_primary_key(turn, new)}"] if new else []
    for before, column, _ in turn.changes:
        if (
            column
            and before
            and column.kind == "column"
            and column.table == table
            and columns.gains_key(turn, before, column)
        ):
            words.append(f"MODIFY {columns.said_of(turn, column)}")
    steps.after("primary key", execute(f"ALTER TABLE {turn.name(table)} {', '.join(words)}"))


def _counting(turn, table, old):
    """The columns that come, or with ``old`` go, and count by themselves: they cannot be without a key."""
    for one in turn.old if old else turn.new:
        if one.kind == "column" and one.table == table and "auto_increment" in one.attributes["extra"]:
            kind = ops.DropColumnOp if old else ops.AddColumnOp
            if turn.take_over(table, one.name, kind):
                yield one


def _primary_key(turn, one):
    word, listed = one.attributes["definition"].split(" KEY ", 1)
    return f"{word} KEY {keys.quoted_columns(turn, listed)}"
