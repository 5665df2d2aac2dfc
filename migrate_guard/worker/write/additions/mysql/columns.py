"""Columns of MySQL and MariaDB: one is changed by saying all of it once more."""

import re

from alembic.operations import ops

from migrate_guard.worker.write.additions.code import execute


def write(turn, steps, old, new):
    """The change of a column ``old``, None where it is new, to ``new``."""
    table, name = turn.name(new.table), turn.quoted(new.name)
    if old is None or gains_key(turn, old, new):
        return
    if new.attributes["generated"] or old.attributes["generated"]:  # of which Alembic has no words here
        turn.take_over(new.table, new.name, ops.AlterColumnOp)
    if new.attributes["generated"] and _generated(old) != _generated(new):
        steps.after("column", execute(f"ALTER TABLE {table} DROP COLUMN {name}"))
        steps.after("column", execute(f"ALTER TABLE {table} ADD COLUMN {said_of(turn, new)}"))
    elif "VIRTUAL" in old.attributes["extra"] and not new.attributes["generated"]:
        aside = turn.quoted(f"{new.name}__new")
        plain = said_of(turn, new)[len(name) :]
        for statement in (
            f"ALTER TABLE {table} ADD COLUMN {aside}{plain}",
            f"UPDATE {table} SET {aside} = {name}",
            f"ALTER TABLE {table} DROP COLUMN {name}",
            f"ALTER TABLE {table} CHANGE {aside} {name}{plain}",
        ):
            steps.after("column", execute(statement))
    else:
        steps.after("column", execute(f"ALTER TABLE {table} MODIFY {said_of(turn, new)}"))


def _generated(column):
    kept = "STORED" if re.search("STORED|PERSISTENT", column.attributes["extra"]) else "VIRTUAL"
    return kept, column.attributes["generated"]


def said_of(turn, column):
    """All that ``column`` is, as CREATE TABLE would say it."""
    said, extra = column.attributes, column.attributes["extra"]
    words = [turn.quoted(column.name), said["type"]]
    if said["collation"]:
        words.append(f"CHARACTER SET {said['collation'].partition('_')[0]} COLLATE {said['collation']}")
    if said["generated"]:
        kept, expression = _generated(column)
        words.append(f"GENERATED ALWAYS AS ({expression}) {kept}")
    else:
        words.append("NOT NULL" if said["nullable"] == "NOT NULL" else "NULL")
        words += [f"DEFAULT {_default(turn, column)}"] if said["default"] else []
        words += re.findall(r"on update [^,]+?(?=$| DEFAULT_GENERATED)", extra, re.I)
        words += ["AUTO_INCREMENT"] if "auto_increment" in extra else []
    words += [f"COMMENT {turn.literal(said['comment'])}"] if said["comment"] else []
    check = check_of(turn, column)
    return " ".join([*words, check.attributes["definition"]] if check else words)


def _default(turn, column):
    said = column.attributes["default"]
    if turn.is_mariadb or said.upper().startswith("CURRENT_TIMESTAMP"):
        return said
    return f"({said})" if "DEFAULT_GENERATED" in column.attributes["extra"] else turn.literal(said)


def is_of_column(turn, check):
    """Whether ``check`` is a part of its column, which only MariaDB knows."""
    return turn.is_mariadb and check.generated and bool(turn.find("column", check.table, check.name))


def check_of(turn, column):
    """MariaDB's check that is a part of the column."""
    found = turn.find("check constraint", column.table, column.name)
    return found if found and is_of_column(turn, found) else None


def gains_key(turn, old, new):
    """Whether it begins or ends to count, which goes along with the primary key where that changes."""
    counts = "auto_increment" in old.attributes["extra"], "auto_increment" in new.attributes["extra"]
    changed = {(one or other).table for one, other, _ in turn.changes if (one or other).kind == "primary key"}
    return counts[0] != counts[1] and new.table in changed
