"""Columns of PostgreSQL: types, defaults, identities and what is generated."""

from alembic.operations import ops
from sqlalchemy import Column

from migrate_guard.worker.basis import compat
from migrate_guard.worker.write.additions.code import call, execute, text, undecided
from migrate_guard.worker.write.additions.postgresql import dependents, texts


def write(turn, steps, old, new, attributes):
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
    elif "sequence" in attributes and said["sequence"]:
        _change_sequence(turn, after, old, new)
    elif "default" in attributes and said["default"]:
        after(
            call(
                "alter_column",
                name,
                new.name,
                server_default=text(texts.said(turn, said["default"])),
                schema=schema,
            )
        )
    if "comment" in attributes:
        after(_comment(turn, new))
    if "storage" in attributes:
        after(execute(f"{alter} SET STORAGE {said['storage'].upper() or 'DEFAULT'}"))
    if "statistics" in attributes:
        after(execute(f"{alter} SET STATISTICS {said['statistics'] or '-1'}"))


_SERIALS = {"smallint": "SMALLSERIAL", "integer": "SERIAL", "bigint": "BIGSERIAL"}


def write_serials(turn, steps):
    """New columns of tables that are there: Alembic gives them no sequence, and rows no value."""
    for one in turn.new:
        counts = one.kind == "column" and one.attributes["sequence"] and one.attributes["type"] in _SERIALS
        if counts and turn.take_over(one.table, one.name, ops.AddColumnOp):
            said = f"{turn.quoted(one.name)} {_SERIALS[one.attributes['type']]} NOT NULL"
            made = execute(f"ALTER TABLE {turn.name(one.table)} ADD COLUMN {said}")
            steps.about(None, one)
            steps.before("column", made, makes=True)


def write_plain_keys(turn):
    """Keys of new tables that count by a sequence of their own name: CREATE TABLE would make another one."""
    for op in turn.operations:
        if isinstance(op, ops.CreateTableOp):
            table = turn.full(op.table_name, op.schema)
            op.columns = [
                _not_counting(one) if _is_plain_key(turn, table, one) else one for one in op.columns
            ]


def _is_plain_key(turn, table, part):
    if not (isinstance(part, Column) and part.primary_key and part.autoincrement == "auto"):
        return False
    there = turn.find("column", table, part.name)
    return there is not None and not (there.attributes["sequence"] or there.attributes["identity"])


def _not_counting(column):
    made = compat.copied(column)
    made.autoincrement = False
    made.default = None
    return made


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
    after(execute(f"{alter} TYPE {texts.said(turn, said)}{collate}"))


def _drop_and_add(turn, steps, old, new):
    """What a generated column holds follows from the others; neither its expression nor its being one can be set."""
    name, schema = turn.split(new.table)
    steps.after("column", call("drop_column", name, new.name, schema=schema))
    steps.after("column", dependents.create(turn, new))
    if new.attributes["comment"]:
        steps.after("column", _comment(turn, new))


def _comment(turn, column):
    said = column.attributes["comment"]
    literal = turn.literal(said) if said else "NULL"
    return execute(f"COMMENT ON COLUMN {turn.name(column.table)}.{turn.quoted(column.name)} IS {literal}")


def _identity(turn, after, old, new, alter):
    kind, options = _said_of_identity(new.attributes["identity"])
    if not old.attributes["identity"]:
        after(execute(f"{alter} ADD GENERATED {kind} AS IDENTITY ({texts.sequence_options(options)})"))
        after(_go_on_after_rows(turn, new))
        return
    was, before = _said_of_identity(old.attributes["identity"])
    changes = [f"SET GENERATED {kind}"] if kind != was else []
    changes += [
        f"SET {texts.OPTION_WORDS[key].format(value)}"
        for key, value in options.items()
        if before[key] != value
    ]
    after(execute(f"{alter} {' '.join(changes)}"))


def _said_of_identity(said):
    kind = "ALWAYS" if said.startswith("always ") else "BY DEFAULT"
    return kind, texts.read_options(said[len(kind) + 1 :])


def _go_on_after_rows(turn, column):
    """The sequence of a column gives no value that a row has already."""
    name = turn.quoted(column.name)
    return execute(
        f"SELECT setval(pg_get_serial_sequence('{turn.name(column.table)}', '{column.name}'), max({name}))\n"
        f"FROM {turn.name(column.table)} HAVING max({name}) > 0"
    )


def _change_sequence(turn, after, old, new):
    before, options = (texts.read_options(one.attributes["sequence"]) for one in (old, new))
    changes = [f"AS {options['type']}"] if before["type"] != options["type"] else []
    changes += [
        texts.OPTION_WORDS[key].format(options[key])
        for key in texts.OPTION_WORDS
        if before[key] != options[key] and not (key == "maximum" and changes)  # which follows from the type
    ]
    after(execute(f"ALTER SEQUENCE {turn.owned(new)} {' '.join(changes)}"))


def _own_sequence(turn, after, new, alter):
    options = texts.read_options(new.attributes["sequence"])
    sequence = turn.owned(new)
    after(execute(f"CREATE SEQUENCE {sequence} AS {options['type']} {texts.sequence_options(options)} "
                  f"OWNED BY {turn.name(new.table)}.{turn.quoted(new.name)}"))  # fmt: skip
    after(execute(f"{alter} SET DEFAULT nextval('{sequence}')"))
    after(_go_on_after_rows(turn, new))
