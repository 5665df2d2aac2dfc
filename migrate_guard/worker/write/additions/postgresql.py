"""What autogenerate does not write, on PostgreSQL: from one description of an object to another."""

import re

from alembic.operations import ops
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql as pg

from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.write.additions import enums
from migrate_guard.worker.write.additions.code import Cast, call, execute, text, undecided

_OWN_SEQUENCE = "nextval of its own sequence"
_CONSTRAINTS = {
    "check constraint": "check", "unique constraint": "unique", "foreign key": "foreignkey",
    "primary key": "primary", "exclusion constraint": None,
}  # fmt: skip
_COLUMNS = re.compile(r"^(?:PRIMARY KEY|UNIQUE) \(((?:[a-z_][a-z0-9_]*(?:, )?)+)\)$")
_CHECK = re.compile(r"^CHECK \((.*)\)$", re.S)
_OPTION = re.compile(r"^(?P<type>\w+) start (?P<start>\S+) increment (?P<increment>\S+) minimum (?P<minimum>\S+)"
                     r" maximum (?P<maximum>\S+) cache (?P<cache>\S+)(?P<cycle> cycle)?$")  # fmt: skip
_FIXED = {"partitioned by", "partition", "inherits", "foreign"}


def write(turn, steps):
    """All changes of ``turn`` (Turn) into ``steps``."""
    _cast(turn)
    enums.write(turn, steps, (_drop, _create))
    for old, new, attributes in turn.changes:
        kind = (new or old).kind
        if kind in _CONSTRAINTS:
            _constraint(turn, steps, old, new, attributes)
        elif kind in _KINDS:
            _KINDS[kind](turn, steps, old, new, attributes)


def _cast(turn):
    """Where PostgreSQL does not convert a column by itself."""
    for op in flat(turn.operations):
        if type(op) is ops.AlterColumnOp and op.modify_type is not None and "postgresql_using" not in op.kw:
            way = _way(op.existing_type, op.modify_type)
            if way:
                said = op.modify_type.compile(dialect=turn.dialect)
                op.kw["postgresql_using"] = f"{turn.quoted(op.column_name)}{way}::{said}"
                op.__class__ = Cast  # it stays the one that the draft knows


def _way(old, new):
    """What stands between a column and the cast to its new type, None where no cast need be written."""
    before, now = _family(old), _family(new)
    if now == "text" or (before == now and now != "enum") or {before, now} & {"", "array"}:
        return None
    if "boolean" in (before, now):
        return "::integer" if {before, now} <= {"boolean", "number"} else "::text"
    if {before, now} <= {"number"} or {before, now} <= {"time"}:
        return None
    return "::text"


def _family(type_):
    for family, classes in _FAMILIES.items():
        if isinstance(type_, classes):
            return family
    return type(type_).__name__.lower()


_FAMILIES = {
    "enum": (sqltypes.Enum,), "text": (sqltypes.String,), "number": (sqltypes.Numeric, sqltypes.Integer),
    "boolean": (sqltypes.Boolean,), "time": (sqltypes.DateTime, sqltypes.Date), "array": (sqltypes.ARRAY,),
    "json": (sqltypes.JSON,), "address": (pg.INET, pg.CIDR), "bits": (pg.BIT,),
}  # fmt: skip


# How PostgreSQL prints "c IN ('a', 'b')" for a varchar. Said to it again, it prints something else.
_IN = re.compile(
    r"""\(?(?P<column>"(?:[^"]|"")+"|\w+)\)?::text = ANY """
    r"""\(\(ARRAY\[(?P<values>'(?:[^']|'')*'::character varying(?:, '(?:[^']|'')*'::character varying)*)\]\)::text\[\]\)"""
)


def _said(turn, text):
    """What the server has printed, as it is to be said to it again."""
    return turn.short(_IN.sub(_in, text))


def _in(found):
    values = re.findall(r"'(?:[^']|'')*'(?=::)", found["values"])
    return f"{found['column']} IN ({', '.join(values)})"


# --- tables


def _table(turn, steps, old, new, attributes):
    if not (old and new):
        return  # Alembic's own
    name, schema = turn.split(new.table)
    alter = f"ALTER TABLE {turn.name(new.table)}"
    for attribute in attributes:
        said, before = new.attributes[attribute], old.attributes[attribute]
        if attribute == "persistence":
            steps.after("table", execute(f"{alter} SET {'UNLOGGED' if said == 'unlogged' else 'LOGGED'}"))
        elif attribute == "options":
            gone = set(_options(before)) - set(_options(said))
            if gone:
                steps.after("table", execute(f"{alter} RESET ({', '.join(sorted(gone))})"))
            if said:
                steps.after("table", execute(f"{alter} SET ({said})"))
        elif attribute == "comment":
            arguments = {"existing_comment": before or None, "schema": schema}
            made = call("create_table_comment", name, said, **arguments)
            steps.after("table", made if said else call("drop_table_comment", name, **arguments))
        elif attribute == "row level security":
            steps.after("table", execute(f"{alter} {'ENABLE' if said else 'DISABLE'} ROW LEVEL SECURITY"))
        elif attribute in _FIXED:
            what = f"{attribute} {said}" if said else f"no longer {attribute} {before}"
            steps.after("table", undecided(f"table {name} has to be made anew, with its rows: {what}"))


def _options(said):
    return dict(option.split("=", 1) for option in said.split(", ") if option)


# --- columns


def _column(turn, steps, old, new, attributes):
    if not (old and new):
        return  # Alembic's own
    old_said, said = old.attributes, new.attributes
    table, column = turn.name(new.table), turn.quoted(new.name)
    alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
    name, schema = turn.split(new.table)

    def after(op):
        steps.after("column", op)

    if "generated" in attributes and said["generated"]:
        _drop_and_add(turn, steps, old, new)
        return
    if "generated" in attributes:
        after(execute(f"{alter} DROP EXPRESSION"))
    if "default" in attributes and old_said["default"] and not said["default"]:
        after(execute(f"{alter} DROP DEFAULT"))
    if "identity" in attributes and not said["identity"]:
        after(execute(f"{alter} DROP IDENTITY"))
    if "sequence" in attributes and not said["sequence"]:
        if "default" not in attributes:
            after(execute(f"{alter} DROP DEFAULT"))
        after(execute(f"DROP SEQUENCE {turn.owned(old)}"))
    if {"type", "collation"} & set(attributes):
        _type(turn, after, old, new, alter)
    if "nullable" in attributes:
        after(execute(f"{alter} {'SET' if said['nullable'] == 'NOT NULL' else 'DROP'} NOT NULL"))
    if "identity" in attributes and said["identity"]:
        _identity(turn, after, old, new, alter)
    if "sequence" in attributes and said["sequence"] and not old_said["sequence"]:
        _own_sequence(turn, after, new, alter)
    elif "default" in attributes and said["default"]:
        after(
            call(
                "alter_column",
                name,
                new.name,
                server_default=text(_said(turn, said["default"])),
                schema=schema,
            )
        )
    if "comment" in attributes:
        after(_comment(turn, new))


def _type(turn, after, old, new, alter):
    before, said = old.attributes["type"], new.attributes["type"]
    if before.endswith("[]") != said.endswith("[]"):
        draft = f"{alter} TYPE {said} USING ..."
        after(undecided(f"how {new.table}.{new.name} becomes {said} from {before}", draft))
        return
    collation = new.attributes["collation"]
    if old.attributes["collation"] and not collation:
        collation = '"default"'
    collate = f" COLLATE {collation}" if collation else ""
    after(execute(f"{alter} TYPE {_said(turn, said)}{collate}"))


def _drop(turn, one):
    if one.kind == "view":
        return drop_view(turn, one)
    return drop_index(turn, one) if one.kind == "index" else drop_constraint(turn, one)


def _create(turn, one):
    if one.kind == "view":
        return create_view(turn, one)
    return create_index(turn, one) if one.kind == "index" else add_constraint(turn, one)


def _drop_and_add(turn, steps, old, new):
    """What a generated column holds follows from the others; neither its expression nor its being one can be set."""
    said = new.attributes
    kept, _, expression = said["generated"].partition(" ")
    words = [turn.quoted(new.name), _said(turn, said["type"])]
    words += [f"COLLATE {said['collation']}"] if said["collation"] else []
    words += [f"GENERATED ALWAYS AS ({_bare(_said(turn, expression))}) {kept.upper()}"]
    words += ["NOT NULL"] if said["nullable"] == "NOT NULL" else []
    name, schema = turn.split(new.table)
    for one in turn.of_column(new, *_CONSTRAINTS, "index"):
        steps.after(one.kind, _create(turn, one))
    steps.after("column", call("drop_column", name, new.name, schema=schema))
    steps.after("column", execute(f"ALTER TABLE {turn.name(new.table)} ADD COLUMN {' '.join(words)}"))
    if said["comment"]:
        steps.after("column", _comment(turn, new))


def _comment(turn, column):
    said = column.attributes["comment"]
    literal = turn.literal(said) if said else "NULL"
    return execute(f"COMMENT ON COLUMN {turn.name(column.table)}.{turn.quoted(column.name)} IS {literal}")


def _identity(turn, after, old, new, alter):
    kind, options = _said_of_identity(new.attributes["identity"])
    if not old.attributes["identity"]:
        after(execute(f"{alter} ADD GENERATED {kind} AS IDENTITY ({_sequence_options(options)})"))
        after(_go_on_after_rows(turn, new))
        return
    was, before = _said_of_identity(old.attributes["identity"])
    changes = [f"SET GENERATED {kind}"] if kind != was else []
    changes += [
        f"SET {_OPTION_WORDS[key].format(value)}" for key, value in options.items() if before[key] != value
    ]
    after(execute(f"{alter} {' '.join(changes)}"))


def _said_of_identity(said):
    kind = "ALWAYS" if said.startswith("always ") else "BY DEFAULT"
    return kind, _read_options(said[len(kind) + 1 :])


def _read_options(said):
    found = _OPTION.match(said)
    assert found, "the words are our own"
    options = found.groupdict()
    return {**options, "cycle": "CYCLE" if options["cycle"] else "NO CYCLE"}


_OPTION_WORDS = {
    "start": "START WITH {}", "increment": "INCREMENT BY {}", "minimum": "MINVALUE {}", "maximum": "MAXVALUE {}",
    "cache": "CACHE {}", "cycle": "{}",
}  # fmt: skip
_USUAL = {"start": "1", "increment": "1", "minimum": "1", "cache": "1", "cycle": "NO CYCLE"}
_MOST = {"smallint": "32767", "integer": "2147483647", "bigint": "9223372036854775807"}


def _sequence_options(options):
    usual = {**_USUAL, "maximum": _MOST.get(options["type"])}
    words = [_OPTION_WORDS[key].format(options[key]) for key in _OPTION_WORDS if options[key] != usual[key]]
    return " ".join(words) or "START WITH 1"


def _go_on_after_rows(turn, column):
    """The sequence of a column gives no value that a row has already."""
    name = turn.quoted(column.name)
    return execute(
        f"SELECT setval(pg_get_serial_sequence('{turn.name(column.table)}', '{column.name}'), max({name}))\n"
        f"FROM {turn.name(column.table)} HAVING max({name}) > 0"
    )


def _own_sequence(turn, after, new, alter):
    options = _read_options(new.attributes["sequence"])
    sequence = turn.owned(new)
    after(execute(f"CREATE SEQUENCE {sequence} AS {options['type']} {_sequence_options(options)} "
                  f"OWNED BY {turn.name(new.table)}.{turn.quoted(new.name)}"))  # fmt: skip
    after(execute(f"{alter} SET DEFAULT nextval('{sequence}')"))
    after(_go_on_after_rows(turn, new))


# --- constraints and indexes


def _constraint(turn, steps, old, new, attributes):
    kind = (new or old).kind
    if attributes == ["name"]:
        steps.after(kind, execute(f"ALTER TABLE {turn.name(new.table)} RENAME CONSTRAINT {turn.quoted(old.name)} "
                                  f"TO {turn.quoted(new.name)}"))  # fmt: skip
        return
    if attributes == ["comment"]:
        steps.after(kind, _comment_on_constraint(turn, new))
        return
    if old:
        for dependent in turn.foreign_keys_to(old):
            steps.before("foreign key", drop_constraint(turn, dependent))
            steps.after("foreign key", add_constraint(turn, dependent))
        steps.before(kind, drop_constraint(turn, old))
    if new:
        steps.after(kind, add_constraint(turn, new))
        if new.attributes.get("comment"):
            steps.after(kind, _comment_on_constraint(turn, new))


def _comment_on_constraint(turn, one):
    said = one.attributes["comment"]
    literal = turn.literal(said) if said else "NULL"
    return execute(f"COMMENT ON CONSTRAINT {turn.quoted(one.name)} ON {turn.name(one.table)} IS {literal}")


def drop_constraint(turn, one):
    name, schema = turn.split(one.table)
    return call("drop_constraint", one.name, name, type_=_CONSTRAINTS[one.kind], schema=schema)


def add_constraint(turn, one):
    name, schema = turn.split(one.table)
    definition = _said(turn, one.attributes["definition"])
    check, columns = _CHECK.match(definition), _COLUMNS.match(definition)
    if check and ":" not in definition:
        return call("create_check_constraint", one.name, name, _bare(check[1]), schema=schema)
    if columns:
        made = "create_primary_key" if one.kind == "primary key" else "create_unique_constraint"
        return call(made, one.name, name, columns[1].split(", "), schema=schema)
    return execute(f"ALTER TABLE {turn.name(one.table)} ADD CONSTRAINT {turn.quoted(one.name)}\n{definition}")


def _bare(expression):
    """Without parentheses around all of it."""
    while expression.startswith("(") and expression.endswith(")") and _is_one(expression):
        expression = expression[1:-1]
    return expression


def _is_one(expression):
    depth = 0
    for at, sign in enumerate(re.sub(r"'(?:[^']|'')*'", lambda found: "'" * len(found[0]), expression)):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return at == len(expression) - 1
    return False


def _index(turn, steps, old, new, attributes):
    if attributes == ["name"]:
        schema = turn.schema_in_front(new.table)
        steps.after(
            "index", execute(f"ALTER INDEX {schema}{turn.quoted(old.name)} RENAME TO {turn.quoted(new.name)}")
        )
        return
    if old:
        steps.before("index", drop_index(turn, old))
    if new:
        steps.after("index", create_index(turn, new))


def drop_index(turn, one):
    name, schema = turn.split(one.table)
    return call("drop_index", one.name, table_name=name, schema=schema)


def create_index(turn, one):
    unique = "UNIQUE " if one.attributes["unique"] else ""
    using = _said(turn, one.attributes["definition"])
    return turn.own_index(one) or execute(
        f"CREATE {unique}INDEX {turn.quoted(one.name)} ON {turn.name(one.table)} USING {using}"
    )


# --- what belongs to no table


def _domain(turn, steps, old, new, attributes):
    if not old:
        steps.before("domain", execute(_create_domain(turn, new)), makes=True)
        return
    if not new:
        steps.after("domain", execute(f"DROP DOMAIN {turn.name(old.name)}"), drops=True)
        return
    if {"checks", "type"} & set(attributes):  # a check is dropped by its name, which nobody knows
        base = _said(turn, new.attributes["type"])
        enums.swap(turn, steps, "DOMAIN", old, execute(_create_domain(turn, new)), base, (_drop, _create))
        return
    alter = f"ALTER DOMAIN {turn.name(new.name)}"
    if "default" in attributes:
        default = _said(turn, new.attributes["default"])
        steps.after(
            "domain", execute(f"{alter} SET DEFAULT {default}" if default else f"{alter} DROP DEFAULT")
        )
    if "nullable" in attributes:
        word = "SET" if new.attributes["nullable"] == "NOT NULL" else "DROP"
        steps.after("domain", execute(f"{alter} {word} NOT NULL"))


def _create_domain(turn, one):
    said = one.attributes
    words = [f"CREATE DOMAIN {turn.name(one.name)} AS {_said(turn, said['type'])}"]
    words += [f"DEFAULT {_said(turn, said['default'])}"] if said["default"] else []
    words += ["NOT NULL"] if said["nullable"] == "NOT NULL" else []
    return " ".join([*words, _said(turn, said["checks"]).replace("), CHECK", ") CHECK")]).strip()


def _sequence(turn, steps, old, new, attributes):
    if not new:
        steps.after("sequence", execute(f"DROP SEQUENCE {turn.name(old.name)}"), drops=True)
        return
    said, name = new.attributes, turn.name(new.name)
    options = {**said, "cycle": "CYCLE" if said["cycle"] else "NO CYCLE"}
    if not old:
        kind = "" if said["type"] == "bigint" else f" AS {said['type']}"
        more = _sequence_options(options)
        more = "" if more == "START WITH 1" else f" {more}"
        steps.before("sequence", execute(f"CREATE SEQUENCE {name}{kind}{more}"), makes=True)
        return
    changes = [f"AS {said['type']}"] if "type" in attributes else []
    changes += [word.format(options[key]) for key, word in _OPTION_WORDS.items() if key in attributes]
    steps.after("sequence", execute(f"ALTER SEQUENCE {name} {' '.join(changes)}"))


def _view(turn, steps, old, new, attributes):
    if old:
        steps.before("view", drop_view(turn, old))
    if new:
        steps.after("view", create_view(turn, new))


def drop_view(turn, one):
    kind = "MATERIALIZED VIEW" if one.attributes["materialized"] else "VIEW"
    return execute(f"DROP {kind} {turn.name(one.name)}")


def create_view(turn, one):
    kind = "MATERIALIZED VIEW" if one.attributes["materialized"] else "VIEW"
    definition = _said(turn, one.attributes["definition"]).strip().rstrip(";")
    return execute(f"CREATE {kind} {turn.name(one.name)} AS\n{definition}")


def _function(turn, steps, old, new, attributes):
    """Its arguments are part of its name."""
    if not new:
        steps.after("function", execute(f"DROP ROUTINE {old.name}"), drops=True)
        return
    if old and _returns(old) != _returns(new):
        steps.before("function", execute(f"DROP ROUTINE {old.name}"), makes=True)
    steps.before("function", execute(new.attributes["definition"].strip()), makes=True)


def _returns(one):
    found = re.search(r"^ RETURNS .*", one.attributes["definition"], re.M)
    return found and found[0]


def _trigger(turn, steps, old, new, attributes):
    if old:
        steps.before("trigger", execute(f"DROP TRIGGER {turn.quoted(old.name)} ON {turn.name(old.table)}"))
    if new:
        steps.after("trigger", execute(_said(turn, new.attributes["definition"])))


def _schema(turn, steps, old, new, attributes):
    if new:
        steps.before("schema", execute(f"CREATE SCHEMA {turn.quoted(new.name)}"), makes=True)
    else:
        steps.after("schema", execute(f"DROP SCHEMA {turn.quoted(old.name)}"), drops=True)


_KINDS = {
    "table": _table, "column": _column, "index": _index, "domain": _domain, "sequence": _sequence, "view": _view,
    "function": _function, "trigger": _trigger, "schema": _schema,
}  # fmt: skip
