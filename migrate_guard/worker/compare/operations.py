"""Alembic's operations as messages: the object, and what models and history say of it."""

import re

from alembic.autogenerate import render_op_text
from alembic.operations import ops

from migrate_guard.protocol.messages import Operation
from migrate_guard.worker.compare import objects
from migrate_guard.worker.compare.rename_step import RenameStep

# What the name of an operation begins with, where a plugin or the project has made it.
_ADDS = ("add", "create")
_DROPS = ("drop", "remove", "delete")
_ALTERS = ("alter", "change", "modify", "replace", "revert", "set", "sync", "update")


def said(context, models, compared, names):
    """Pairs (op, Operation) of what the scripts of ``context`` (RevisionContext) would contain, in order, each once.

    ``compared`` are the databases that they came from, each with ``url`` and ``dialect``, and ``names`` what they
    are called.
    """
    before = set()
    for script in context.generated_revisions:
        parts = script.upgrade_ops_list
        whole = len(parts) == len(compared)  # process_revision_directives may have put others in their place
        for at, upgrade_ops in enumerate(parts):
            name = names[at] if whole else _token(upgrade_ops)
            database = compared[at if whole else -1]
            dialect = database.dialect
            for op in flat(upgrade_ops.ops):
                if isinstance(op, RenameStep):  # ours, done already
                    continue
                thing = objects.of(op, database.schema) or ("", "", "")
                said_of = zip(_say(op, dialect, context), objects.attributes(op))
                content = objects.content(op)
                for (what, theirs, history, table, column), attribute in said_of:
                    place = models.place(table, column) if table else ("", 0)
                    operation = Operation(
                        what, theirs, history, *place, name, *thing, attribute, content=content
                    )
                    if operation not in before:  # an env.py may upgrade one schema after the other
                        before.add(operation)
                        yield op, operation


def called(context, compared):
    """What the databases of ``compared`` are called, in their order."""
    for script in context.generated_revisions:
        parts = script.upgrade_ops_list
        if len(parts) == len(compared):
            return _tokens(parts) or _names([database.url for database in compared])
    return _names([database.url for database in compared])


def _tokens(parts):
    """The databases' names by their tokens, the default one's "", where these tell them apart."""
    tokens = [_token(part) for part in parts]
    return tokens if len(set(tokens)) == len(tokens) else []


def _token(upgrade_ops):
    """The database's name as the multidb templates spell it in their tokens; empty for the default."""
    suffix = "upgrades"
    token = upgrade_ops.upgrade_token
    return token[: -len(suffix)].rstrip("_") if token.endswith(suffix) else token


def _names(urls):
    """What tells the databases apart, as short as it can be: empty where there is one."""
    for short in (lambda url: "", lambda url: url.database or "", lambda url: url.render_as_string()):
        if len({short(url) for url in urls}) == len(set(urls)):
            return [short(url) for url in urls]
    return [str(at) for at, _ in enumerate(urls, 1)]


def take_out(container, unwanted):
    """Of ``container`` and those in it the operations that are ``unwanted``, and what is empty then."""
    for op in list(container.ops):
        if isinstance(op, ops.OpContainer):
            take_out(op, unwanted)
            if op.is_empty():
                container.ops.remove(op)
        elif unwanted(op):
            container.ops.remove(op)


def flat(operations):
    for op in operations:
        if isinstance(op, ops.OpContainer):
            yield from flat(op.ops)
        else:
            yield op


def _say(op, dialect, context):
    """(object, the models' words, the history's words, table, column) of one operation."""
    for cls, say in _SAYERS:
        if isinstance(op, cls):
            return say(op, dialect)
    return _say_custom(op, context)


def _say_custom(op, context):
    """An operation that is not Alembic's own: by its name, and as the revision would call it."""
    diff = _diff(op)
    verb, *words = _words(diff[0])
    while words and words[0] in ("or", *_ADDS, *_DROPS, *_ALTERS):
        words.pop(0)
    code = _code(op, context)
    table = getattr(op, "table_name", None)
    named = table or getattr(op, "name", None)
    named = _name(named, getattr(op, "schema", None)) if isinstance(named, str) else _first_text(diff[1:])
    what = " ".join([*words, named]).strip()
    place = (table, None) if table else (None, None)
    if not what or verb not in (*_ADDS, *_DROPS, *_ALTERS):
        return [(f"operation {' '.join([verb, what]).strip()}", code, "", *place)]
    if verb in _DROPS:
        return [(what, "", "has it", *place)]
    return [(what, code, "something else" if verb in _ALTERS else "", *place)]


def _diff(op):
    """The tuple that stands for it in Alembic's API, which begins with its name."""
    try:
        diff = op.to_diff_tuple()
    except NotImplementedError:
        diff = ()
    named = isinstance(diff, tuple) and diff and isinstance(diff[0], str)
    return diff if named else (re.sub(r"(?<=.)(?=[A-Z])", "_", type(op).__name__).lower(),)


def _words(name):
    """At least one; without the "op" at the end of a class's name."""
    words = name.split("_")
    return words[:-1] if words[-1] == "op" and len(words) > 1 else words


def _first_text(parts):
    return next((part for part in parts if isinstance(part, str)), "")


def _code(op, context):
    """The lines of the revision as one."""
    try:
        text = " ".join(render_op_text(context._last_autogen_context, op).split())
    except ValueError:  # Alembic's, where nobody has registered how to render it
        return repr(op)
    return re.sub(r",? \)", ")", text.replace("( ", "("))


def _name(table, schema):
    return f"{schema}.{table}" if schema else str(table)


def _column(column, dialect):
    words = [column.type.compile(dialect=dialect)]
    if column.primary_key:
        words.append("primary key")
    elif not column.nullable:
        words.append("NOT NULL")
    if column.server_default is not None:
        words.append("with a server default")
    return " ".join(words)


def _create_table(op, dialect):
    table = _name(op.table_name, op.schema)
    names = [column.name for column in op.to_table().columns]
    return [("table " + table, "columns " + ", ".join(names), "", table, None)]


def _drop_table(op, dialect):
    return [("table " + _name(op.table_name, op.schema), "", "has it", None, None)]


def _add_column(op, dialect):
    table = _name(op.table_name, op.schema)
    what = f"column {table}.{op.column.name}"
    return [(what, _column(op.column, dialect), "", table, op.column.name)]


def _drop_column(op, dialect):
    table = _name(op.table_name, op.schema)
    column = op.to_column()
    return [(f"column {table}.{op.column_name}", "", _column(column, dialect), table, None)]


def _alter_column(op, dialect):
    table = _name(op.table_name, op.schema)
    what = f"column {table}.{op.column_name}"
    said = []
    if op.modify_type is not None:
        said.append((_type(op.modify_type, dialect), _type(op.existing_type, dialect)))
    if op.modify_nullable is not None:
        said.append((_null(op.modify_nullable), _null(op.existing_nullable)))
    if op.modify_server_default is not False:
        said.append((_default(op.modify_server_default), _default(op.existing_server_default)))
    if op.modify_comment is not False:
        said.append(tuple(f"comment {text!r}" for text in (op.modify_comment, op.existing_comment)))
    if op.modify_name is not None:
        said.append(("name " + op.modify_name, "name " + op.column_name))
    return [(what, models, history, table, op.column_name) for models, history in said]


def _type(type_, dialect):
    return "no type" if type_ is None else type_.compile(dialect=dialect)


def _null(nullable):
    return "nullable" if nullable else "NOT NULL"


def _default(default):
    if default in (None, False):
        return "no server default"
    text = getattr(getattr(default, "arg", default), "text", None) or str(getattr(default, "arg", default))
    return "server default " + text


def _create_index(op, dialect):
    table = _name(op.table_name, op.schema)
    columns = ", ".join(str(getattr(column, "name", None) or column) for column in op.to_index().expressions)
    kind = "unique on" if op.unique else "on"
    return [(f"index {op.index_name} of {table}", f"{kind} {columns}", "", table, None)]


def _drop_index(op, dialect):
    table = _name(op.table_name, op.schema)
    return [(f"index {op.index_name} of {table}", "", "has it", table, None)]


def _create_constraint(op, dialect):
    constraint = op.to_constraint()
    table = _name(constraint.table.name, constraint.table.schema)
    kind = (
        constraint.__visit_name__.replace("_constraint", "").replace("table_or_column_", "").replace("_", " ")
    )
    name = " " + str(constraint.name) if constraint.name else ""
    columns = ", ".join(column.name for column in getattr(constraint, "columns", ()))
    text = "on " + columns if columns else _text(constraint)
    return [(f"{kind} constraint{name} of {table}", text, "", table, None)]


def _text(constraint):
    return str(getattr(constraint, "sqltext", "")) or "have it"


def _drop_constraint(op, dialect):
    table = _name(op.table_name, op.schema)
    kind = {"foreignkey": "foreign key"}.get(op.constraint_type, op.constraint_type or "")
    name = " " + str(op.constraint_name) if op.constraint_name else ""
    return [(f"{kind} constraint{name} of {table}".strip(), "", "has it", table, None)]


def _table_comment(op, dialect):
    table = _name(op.table_name, op.schema)
    comment = getattr(op, "comment", None)
    return [("comment of table " + table, repr(comment), repr(op.existing_comment), table, None)]


_SAYERS = (
    (ops.CreateTableOp, _create_table),
    (ops.DropTableOp, _drop_table),
    (ops.AddColumnOp, _add_column),
    (ops.DropColumnOp, _drop_column),
    (ops.AlterColumnOp, _alter_column),
    (ops.CreateIndexOp, _create_index),
    (ops.DropIndexOp, _drop_index),
    (ops.AddConstraintOp, _create_constraint),
    (ops.DropConstraintOp, _drop_constraint),
    ((ops.CreateTableCommentOp, ops.DropTableCommentOp), _table_comment),
)
