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
            called_ = names[at] if whole else _token(upgrade_ops)
            database = compared[at if whole else -1]
            dialect = database.dialect
            for op in flat(upgrade_ops.ops):
                if isinstance(op, RenameStep):  # ours, done already
                    continue
                kind, table, name = objects.of(op, database.schema) or ("", "", _named(op))
                path, line = models.place(*_declared(op)) if _declared(op) else ("", 0)
                sides = zip(_sides(op, dialect, context), objects.attributes(op))
                for (ours, theirs), attribute in sides:
                    operation = Operation(
                        kind,
                        table,
                        name,
                        models=ours,
                        history=theirs,
                        attribute=attribute,
                        path=path,
                        line=line,
                        database=called_,
                        spelled=_table(op) if kind else "",
                        content=objects.content(op),
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


def take_out(operations, unwanted):
    """Of the list ``operations`` and those in them the ones that are ``unwanted``, and what is empty then."""
    for op in list(operations):
        if isinstance(op, ops.OpContainer):
            take_out(op.ops, unwanted)
            if op.is_empty():
                operations.remove(op)
        elif unwanted(op):
            operations.remove(op)


def flat(operations):
    for op in operations:
        if isinstance(op, ops.OpContainer):
            yield from flat(op.ops)
        else:
            yield op


def _sides(op, dialect, context):
    """Pairs of what models and history say of each attribute that ``op`` changes; None where a side lacks the object."""
    for cls, sides in _SIDES:
        if isinstance(op, cls):
            return sides(op, dialect)
    return [_custom(op, context)]


def _table(op):
    """The table of an operation of Alembic's own, as the models spell it."""
    if isinstance(op, ops.AddConstraintOp):
        table = op.to_constraint().table
        return _qualified(table.name, table.schema)
    return _qualified(op.table_name, op.schema)


def _declared(op):
    """(table, column or None) that the models may still have, None where there is nothing to look for."""
    if isinstance(op, ops.AddColumnOp):
        return _table(op), op.column.name
    if isinstance(op, ops.AlterColumnOp):
        return _table(op), op.column_name
    if isinstance(op, ops.DropTableOp):
        return None
    if any(isinstance(op, cls) for cls, _ in _SIDES):
        return _table(op), None
    table = getattr(op, "table_name", None)
    return (table, None) if table else None


def _named(op):
    """What is changed by an operation that is not Alembic's own: by its name, and as a plugin calls it."""
    if isinstance(op, (ops.AddConstraintOp, ops.DropConstraintOp)):
        return _constraint(op)
    verb, known = _custom_words(op)
    is_verb = verb in (*_ADDS, *_DROPS, *_ALTERS)
    return known if known and is_verb else f"operation {' '.join([verb, known]).strip()}"


def _custom(op, context):
    verb, known = _custom_words(op)
    if known and verb in _DROPS:
        return None, ()
    code = (("code", _code(op, context)),)
    return code, () if known and verb in _ALTERS else None


def _custom_words(op):
    """(its verb, what it changes)."""
    diff = _diff(op)
    verb, *words = _words(diff[0])
    while words and words[0] in ("or", *_ADDS, *_DROPS, *_ALTERS):
        words.pop(0)
    named = getattr(op, "table_name", None) or getattr(op, "name", None)
    if isinstance(named, str):
        named = _qualified(named, getattr(op, "schema", None))
    else:
        named = _first_text(diff[1:])
    return verb, " ".join([*words, named]).strip()


def _constraint(op):
    """One of a kind that a database has no word for."""
    constraint = op.to_constraint() if isinstance(op, ops.AddConstraintOp) else None
    kind = op.constraint_type or "" if constraint is None else constraint.__visit_name__.replace("_", " ")
    name = op.constraint_name if constraint is None else constraint.name
    named = [kind.replace(" constraint", ""), "constraint", str(name or ""), "of", _table(op)]
    return " ".join(filter(None, named))


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


def _qualified(table, schema):
    return f"{schema}.{table}" if schema else str(table)


def _of_column(column, dialect):
    said = [("type", column.type.compile(dialect=dialect))]
    if column.primary_key:
        said.append(("primary key", "yes"))
    elif not column.nullable:
        said.append(("nullable", "NOT NULL"))
    if column.server_default is not None:
        said.append(("default", "yes"))
    return tuple(said)


def _create_table(op, dialect):
    return [((("columns", ", ".join(column.name for column in op.to_table().columns)),), None)]


def _drop(op, dialect):
    return [(None, ())]


def _add_column(op, dialect):
    return [(_of_column(op.column, dialect), None)]


def _drop_column(op, dialect):
    return [(None, _of_column(op.to_column(), dialect))]


def _alter_column(op, dialect):
    said = []
    if op.modify_type is not None:
        said.append(_pair("type", _type(op.modify_type, dialect), _type(op.existing_type, dialect)))
    if op.modify_nullable is not None:
        said.append(_pair("nullable", _null(op.modify_nullable), _null(op.existing_nullable)))
    if op.modify_server_default is not False:
        said.append(
            _pair("default", _default(op.modify_server_default), _default(op.existing_server_default))
        )
    if op.modify_comment is not False:
        said.append(_pair("comment", op.modify_comment, op.existing_comment))
    if op.modify_name is not None:
        said.append(_pair("name", op.modify_name, op.column_name))
    return said


def _pair(attribute, models, history):
    """Of one attribute; None where a side has no value for it."""
    return tuple(() if value is None else ((attribute, str(value)),) for value in (models, history))


def _type(type_, dialect):
    return None if type_ is None else type_.compile(dialect=dialect)


def _null(nullable):
    return "nullable" if nullable else "NOT NULL"


def _default(default):
    if default in (None, False):
        return None
    return getattr(getattr(default, "arg", default), "text", None) or str(getattr(default, "arg", default))


def _create_index(op, dialect):
    columns = ", ".join(str(getattr(column, "name", None) or column) for column in op.to_index().expressions)
    unique = [("unique", "yes")] if op.unique else []
    return [((*unique, ("columns", columns)), None)]


def _create_constraint(op, dialect):
    constraint = op.to_constraint()
    columns = ", ".join(column.name for column in getattr(constraint, "columns", ()))
    if columns:
        return [((("columns", columns),), None)]
    text = str(getattr(constraint, "sqltext", ""))
    return [((("definition", text),) if text else (), None)]


def _table_comment(op, dialect):
    return [_pair("comment", getattr(op, "comment", None), op.existing_comment)]


_SIDES = (
    (ops.CreateTableOp, _create_table),
    (ops.DropTableOp, _drop),
    (ops.AddColumnOp, _add_column),
    (ops.DropColumnOp, _drop_column),
    (ops.AlterColumnOp, _alter_column),
    (ops.CreateIndexOp, _create_index),
    (ops.DropIndexOp, _drop),
    (ops.AddConstraintOp, _create_constraint),
    (ops.DropConstraintOp, _drop),
    ((ops.CreateTableCommentOp, ops.DropTableCommentOp), _table_comment),
)
