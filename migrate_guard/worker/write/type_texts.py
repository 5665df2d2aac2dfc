"""How the types of columns read in a revision: as Alembic writes them, if that makes the type again."""

import inspect
import re
from typing import Any, Dict, NamedTuple

from alembic.autogenerate import render
from alembic.operations import ops
from sqlalchemy import Column
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlalchemy.util import generic_repr

from migrate_guard.worker.basis.failures import CannotWrite
from migrate_guard.worker.compare.operations import flat

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
# Of a function or a class that has no name to import it by
_NAMELESS = ("<lambda>", "<locals>", "<function ", "<bound method ")
_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_OTHER_TYPE = "it makes another type"


class Used(NamedTuple):
    """A type, and the column that it is of."""

    column: str
    type: TypeEngine


def used(script):
    """Each type that the columns of ``script`` (MigrationScript) have, as Used."""
    for part in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        for op in flat(part.ops):
            for name, type_ in _types(op):
                table = f"{op.schema}.{op.table_name}" if op.schema else op.table_name
                yield Used(f"{table}.{name}", type_)


def _types(op):
    if isinstance(op, ops.CreateTableOp):
        return [(column.name, column.type) for column in op.columns if isinstance(column, Column)]
    if isinstance(op, ops.AddColumnOp):
        return [(op.column.name, op.column.type)]
    if isinstance(op, ops.AlterColumnOp):
        types = (op.modify_type, op.existing_type)
        return [(op.column_name, type_) for type_ in types if isinstance(type_, TypeEngine)]
    return []


def _needed(cls):
    """The names of the arguments that its constructor cannot do without."""
    _, *parameters = inspect.signature(cls.__init__).parameters.values()
    return [one.name for one in parameters if one.default is one.empty and one.kind not in _ANY_NUMBER]


class TypeTexts:
    """The texts for the types ``wanted`` (Used), where Alembic's own make no such type.

    ``context`` is the AutogenContext, ``names`` see imports.Names. What the project's render_item says is never
    questioned. Raises CannotWrite for a type that no text makes.
    """

    def __init__(self, context, names, wanted):
        self._context, self._names = context, names
        self._dialect = context.dialect
        self._theirs = context.opts.get("render_item")
        self._texts: Dict[Any, Any] = {}
        self.remarks = []
        for one in wanted:
            if self._said_by_project(one.type) is False and self._key(one.type) not in self._texts:
                text = self._text(one)
                if text != self._alembics(one.type):
                    self._texts[self._key(one.type)] = text

    def __bool__(self):
        return bool(self._texts)

    def render_item(self, kind, item, context):
        """For ``render_item`` of Alembic's options."""
        theirs = self._theirs(kind, item, context) if self._theirs else False
        if theirs is not False or kind != "type":
            return theirs
        return self._texts.get(self._key(item), False)

    def _said_by_project(self, type_):
        return self._theirs("type", type_, self._context) if self._theirs else False

    def _alembics(self, type_):
        ours, self._context.opts["render_item"] = self._context.opts.get("render_item"), self._theirs
        try:
            return render._repr_type(type_, self._context)
        finally:
            self._context.opts["render_item"] = ours

    def _key(self, type_):
        return type(type_), self._alembics(type_), self._ddl(type_)

    def _ddl(self, type_):
        try:
            return type_.compile(dialect=self._dialect)
        except Exception:  # as many as there are types: NullType, a String without a length on MySQL
            return None

    def _text(self, one):
        first = self._alembics(one.type)
        if "<locals>" in type(one.type).__qualname__ or any(mark in first for mark in _NAMELESS):
            raise self._refused(
                one, first, "nothing can import what it is made of, since that has no name of its own"
            )
        why = self._why_not(first, one.type)
        if why is None:
            return first
        for other in self._others(one.type, first):
            if self._why_not(other, one.type) is None:
                return other
        stored = self._alembics(self._stored(one.type))
        if stored != first and self._why_not(stored, one.type) is None:
            name = type(one.type).__name__
            self.remarks.append(
                f"column {one.column} is written as {stored}, which is what {name} stores: its repr does not make it again"
            )
            return stored
        if why == _OTHER_TYPE:  # the database will tell
            return first
        raise self._refused(one, first, why)

    def _others(self, type_, text):
        """Further texts: by where its class is defined, and by its own arguments."""
        cls = type(type_)
        path = f"{cls.__module__}.{cls.__qualname__}"
        if "(" in text:
            yield path + text[text.index("(") :]
        if isinstance(type_, TypeDecorator) and all(hasattr(type_, name) for name in _needed(cls)):
            yield path + generic_repr(type_)[len(cls.__name__) :]

    def _stored(self, type_):
        while isinstance(type_, TypeDecorator):
            type_ = type_.load_dialect_impl(self._dialect)
        return type_

    def _why_not(self, text, type_):
        """Why ``text`` is not ``type_``, None where it is."""
        try:
            imports, left = self._names.imports(text)
        except SyntaxError:
            return "that is not Python"
        if left:
            return f"nothing that can be imported is called {left[0]}"
        try:
            made = self._names.value(text, imports)
        except Exception as error:  # a constructor of the project's
            return f"{type(error).__name__}: {error}"
        same = isinstance(made, TypeEngine) and self._ddl(made) == self._ddl(type_)
        return None if same else _OTHER_TYPE

    def _refused(self, one, text, why):
        cls = type(one.type)
        way = f"Give {cls.__qualname__} of {cls.__module__} a __repr__ that makes it again from what can be imported"
        if "<locals>" in cls.__qualname__:
            way = f"Define {cls.__name__} at the top level of a module"
        return CannotWrite(
            f"writing the type of column {one.column}",
            f"{_ADDRESS.sub('', text)}\n{why}",
            f"{way}, {self._by_render_item(one.type)}",
        )

    def _by_render_item(self, type_):
        same = self._alembics(self._stored(type_)) if isinstance(type_, TypeDecorator) else ""
        way = "or let the render_item of context.configure() say in env.py what to write"
        if same and self._why_not(same, type_) is None:
            return f"{way}: {same!r} makes the same column."
        return f"{way}."
