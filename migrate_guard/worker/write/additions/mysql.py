"""What autogenerate does not write, on MySQL and MariaDB. A column is changed by saying all of it once more."""

import re
from dataclasses import replace

from alembic.operations import ops

from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.write.additions.code import execute, undecided

_LIST = re.compile(r"(enum|set)\((.*)\)$", re.I)
_VALUE = re.compile(r"'((?:[^']|'')*)',?")
_OPTION = re.compile(r"(\w+)=(\S+)")
_KEY = re.compile(r"(FULLTEXT|SPATIAL|HASH|RTREE)? ?(\(.*\))$", re.S)
_SEQUENCE = {
    "start_value": "START WITH", "increment": "INCREMENT BY", "minimum_value": "MINVALUE",
    "maximum_value": "MAXVALUE", "cache_size": "CACHE",
}  # fmt: skip


def write(turn, steps):
    """All changes of ``turn`` (Turn) into ``steps``."""
    _values(turn, steps)
    columns = {
        (new.table, new.name): new for old, new, _ in turn.changes if new and old and new.kind == "column"
    }
    columns.update(_altered(turn))
    for old, new, attributes in turn.changes:
        kind = (new or old).kind
        if kind == "check constraint" and _is_of_column(turn, new or old):
            one = new or old
            columns[one.table, one.name] = turn.find("column", one.table, one.name)
        elif kind in _KINDS:
            _KINDS[kind](turn, steps, old, new, attributes)
    for column in columns.values():
        _column(turn, steps, turn.find("column", column.table, column.name, old=True), column)


def _altered(turn):
    """Columns that Alembic alters without saying all that they are."""
    for op in flat(turn.operations):
        if isinstance(op, ops.AlterColumnOp):
            column = turn.find("column", op.table_name, op.column_name)
            if column and (_check(turn, column) or "on update" in column.attributes["extra"].lower()):
                yield (column.table, column.name), column


# --- columns


def _column(turn, steps, old, new):
    table, name = turn.name(new.table), turn.quoted(new.name)
    if old is None or _gains_key(turn, old, new):
        return
    if new.attributes["generated"] and _generated(old) != _generated(new):
        for one in turn.of_column(new, "foreign key", "index"):
            steps.before(one.kind, _drop(turn, one))
            steps.after(one.kind, _add(turn, one))
        steps.after("column", execute(f"ALTER TABLE {table} DROP COLUMN {name}"))
        steps.after("column", execute(f"ALTER TABLE {table} ADD COLUMN {said_of(turn, new)}"))
    elif "VIRTUAL" in old.attributes["extra"] and not new.attributes["generated"]:
        aside = turn.quoted(f"{new.name}__new")
        plain = said_of(turn, new)[len(name) :]
        for one in turn.of_column(new, "foreign key", "index"):
            steps.before(one.kind, _drop(turn, one))
            steps.after(one.kind, _add(turn, one))
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
    check = _check(turn, column)
    return " ".join([*words, check.attributes["definition"]] if check else words)


def _default(turn, column):
    said = column.attributes["default"]
    if _is_mariadb(turn) or said.upper().startswith("CURRENT_TIMESTAMP"):
        return said
    return f"({said})" if "DEFAULT_GENERATED" in column.attributes["extra"] else turn.literal(said)


def _is_mariadb(turn):
    return getattr(turn.dialect, "is_mariadb", False)


def _is_of_column(turn, check):
    return _is_mariadb(turn) and check.generated and bool(turn.find("column", check.table, check.name))


def _check(turn, column):
    """MariaDB's check that is a part of the column."""
    found = turn.find("check constraint", column.table, column.name)
    return found if found and _is_of_column(turn, found) else None


def _gains_key(turn, old, new):
    """Whether it begins or ends to count, which goes along with the primary key where that changes."""
    counts = "auto_increment" in old.attributes["extra"], "auto_increment" in new.attributes["extra"]
    keys = {(one or other).table for one, other, _ in turn.changes if (one or other).kind == "primary key"}
    return counts[0] != counts[1] and new.table in keys


# --- the values of ENUM and SET


def _values(turn, steps):
    for new in [one for one in turn.new if one.kind == "column"]:
        old = turn.find("column", new.table, new.name, old=True)
        sides = [_LIST.match(one.attributes["type"]) for one in (old or new, new)]
        lists = [found for found in sides if found]
        if len(lists) < 2:
            continue
        before, now = (_VALUE.findall(found[2]) for found in lists)
        gone, come = [one for one in before if one not in now], [one for one in now if one not in before]
        if not gone:
            continue
        table, name = turn.name(new.table), turn.quoted(new.name)
        if lists[0][1].lower() == "enum" and _is_renamed(before, now, gone, come):
            both = ",".join(f"'{value}'" for value in [*before, *come])
            wide = new.attributes["type"].replace(lists[1][2], both)
            both_of = {**new.attributes, "type": wide, "default": old.attributes["default"]}
            more = said_of(turn, replace(new, attributes=both_of))
            steps.before("column", execute(f"ALTER TABLE {table} MODIFY {more}"), makes=True)
            change = f"UPDATE {table} SET {name} = '{come[0]}' WHERE {name} = '{gone[0]}'"
            steps.before("column", execute(change), makes=True)
        elif turn.is_upgrade:
            said = ", ".join(map(repr, gone))
            steps.before(
                "column", undecided(f"what becomes of rows that hold {said} in {new.table}.{new.name}")
            )


def _is_renamed(before, now, gone, come):
    return (
        len(before) == len(now)
        and len(gone) == len(come) == 1
        and before.index(gone[0]) == now.index(come[0])
    )


# --- tables


def _table(turn, steps, old, new, attributes):
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
                steps.after("table", execute(f"{alter} MODIFY {said_of(turn, column)}"))
    if words:
        steps.after("table", execute(f"{alter} {', '.join(words)}"))


# --- constraints and indexes


def _drop(turn, one):
    alter = f"ALTER TABLE {turn.name(one.table)}"
    words = {"foreign key": "FOREIGN KEY", "index": "INDEX", "check constraint": "CONSTRAINT"}
    if one.kind == "check constraint" and not _is_mariadb(turn):
        words[one.kind] = "CHECK"
    return execute(f"{alter} DROP {words[one.kind]} {turn.quoted(one.name)}")


def _add(turn, one):
    return execute(f"ALTER TABLE {turn.name(one.table)} ADD {_clause(turn, one)}")


def _clause(turn, one):
    definition, name = one.attributes["definition"], turn.quoted(one.name)
    if one.kind != "index":
        return f"CONSTRAINT {name} {definition}"
    key = _KEY.match(definition)
    assert key, "an index has columns"
    kind, columns = key.groups()
    words = "UNIQUE " if one.attributes["unique"] else f"{kind} " if kind in ("FULLTEXT", "SPATIAL") else ""
    more = f" COMMENT {turn.literal(one.attributes['comment'])}" if one.attributes["comment"] else ""
    hidden = ("IGNORED" if _is_mariadb(turn) else "INVISIBLE") if one.attributes["hidden"] else ""
    return f"{words}INDEX {name} {columns}{more} {hidden}".rstrip()


def _constraint(turn, steps, old, new, attributes):
    kind = (new or old).kind
    if old:
        steps.before(kind, _drop(turn, old))
    if new:
        steps.after(kind, _add(turn, new))


def _index(turn, steps, old, new, attributes):
    if not old:
        steps.after("index", turn.own_index(new) or _add(turn, new))
    elif not new:  # not before the foreign key that needs it is gone
        steps.after("index", _drop(turn, old), drops=True)
    elif attributes == ["name"]:
        names = f"{turn.quoted(old.name)} TO {turn.quoted(new.name)}"
        steps.after("index", execute(f"ALTER TABLE {turn.name(new.table)} RENAME INDEX {names}"))
    else:  # at once, since a foreign key may need it
        change = f"DROP INDEX {turn.quoted(old.name)}, ADD {_clause(turn, new)}"
        steps.after("index", execute(f"ALTER TABLE {turn.name(new.table)} {change}"))


def _primary_key(turn, steps, old, new, attributes):
    table = (new or old).table
    words = ["DROP PRIMARY KEY"] if old else []
    words += [f"ADD {new.attributes['definition']}"] if new else []
    for before, column, _ in turn.changes:
        if (
            column
            and before
            and column.kind == "column"
            and column.table == table
            and _gains_key(turn, before, column)
        ):
            words.append(f"MODIFY {said_of(turn, column)}")
    steps.after("primary key", execute(f"ALTER TABLE {turn.name(table)} {', '.join(words)}"))


# --- what belongs to no table


def _view(turn, steps, old, new, attributes):
    if not new:
        steps.before("view", execute(f"DROP VIEW {turn.name(old.name)}"))
        return
    instead = " OR REPLACE" if old else ""
    steps.after(
        "view", execute(f"CREATE{instead} VIEW {turn.name(new.name)} AS\n{new.attributes['definition']}")
    )


def _trigger(turn, steps, old, new, attributes):
    if old:
        steps.before("trigger", execute(f"DROP TRIGGER {turn.quoted(old.name)}"))
    if new:
        said = new.attributes
        made = (
            f"CREATE TRIGGER {turn.quoted(new.name)} {said['when']} ON {turn.name(new.table)} FOR EACH ROW\n"
        )
        steps.after("trigger", execute(made + said["definition"]))


def _function(turn, steps, old, new, attributes):
    if new:
        steps.before(
            "function", undecided(f"the arguments of function {new.name}, which the server does not tell")
        )
    else:
        steps.after("function", execute(f"DROP FUNCTION {turn.quoted(old.name)}"), drops=True)


def _sequence(turn, steps, old, new, attributes):
    if not new:
        steps.after("sequence", execute(f"DROP SEQUENCE {turn.quoted(old.name)}"), drops=True)
        return
    said = new.attributes
    words = [f"{word} {said[key]}" for key, word in _SEQUENCE.items() if key in said]
    words.append("CYCLE" if said.get("cycle_option") == "1" else "NOCYCLE")
    verb = "ALTER" if old else "CREATE"
    steps.before(
        "sequence", execute(f"{verb} SEQUENCE {turn.quoted(new.name)} {' '.join(words)}"), makes=True
    )


_KINDS = {
    "table": _table, "check constraint": _constraint, "foreign key": _constraint, "index": _index,
    "primary key": _primary_key, "view": _view, "trigger": _trigger, "function": _function, "sequence": _sequence,
}  # fmt: skip
