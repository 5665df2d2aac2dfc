"""The models that env.py compares: what they hold, where they come from, and what the history builds from them."""

import functools
import inspect
import os
import sys
from collections import OrderedDict
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Dict, NamedTuple, Set

from alembic.ddl.base import AddColumn
from sqlalchemy import Column, MetaData, Table, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from migrate_guard.protocol.messages import BuiltFromModels, Loaded
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.places import is_inside

_BUILT = "_migrate_guard_built"
_COPIED_FROM = "_migrate_guard_copied_from"
_HOLD_NOTHING = (
    ModuleType,
    FunctionType,
    BuiltinFunctionType,
    str,
    bytes,
    int,
    float,
    dict,
    list,
    tuple,
    set,
)


class _Built(NamedTuple):
    """A statement that made something: who ran it, and the tables that it was made from."""

    path: str
    line: int
    revision: str
    judged: bool
    tables: list


class Live:
    """Knows the compared metadata, and watches what is built from it while the history is replayed.

    ``root`` is the snapshot; ``exchange`` knows what is judged.
    """

    def __init__(self, exchange, root):
        self._exchange = exchange
        self._root = root
        self._targets = []
        self._built = []
        self._watch: Any = None  # of passes, which stands above
        self._env_py = ""

    def install(self):
        """From now on it sees what is executed, and which column is a copy of which."""
        event.listen(Engine, "before_execute", self._before_execute)

        copy = Column._copy

        def copy_with_origin(column, **kwargs):
            made = copy(column, **kwargs)
            vars(made)[_COPIED_FROM] = _origins(column)
            return made

        Column._copy = copy_with_origin  # type: ignore[assignment]  # all that SQLAlchemy may call it with

    def watch(self, watch, env_py=""):
        """From now on; ``watch.revision`` is the script that is being replayed. None: no more."""
        self._watch, self._env_py = watch, _real(env_py)

    def configure(self, connection, metadata):
        """env.py has called context.configure(); what it ran on ``connection`` before is run again on the judged one."""
        known = {id(target) for target in self._targets}
        self._targets += [
            one for one in compat.collections(metadata) if isinstance(one, MetaData) and id(one) not in known
        ]
        if isinstance(connection, Connection):
            self._built += vars(connection).pop(_BUILT, [])

    def _before_execute(self, connection, statement, multiparams, params, execution_options):
        tables = _made_from(statement) if self._watch else []
        if not tables:
            return
        judged = self._exchange.is_judged(connection)
        path, line, direct = self._caller()
        revision = self._watch.revision
        if revision is not None and path != self._env_py:
            # The application may fill a database of its own; a revision that does so itself means the one it upgrades.
            if judged or direct:
                path = path or os.path.realpath(revision.path)
                self._built.append(_Built(path, line, revision.revision, judged, tables))
        else:
            built = _Built(self._env_py, line, "", True, tables)
            (self._built if judged else vars(connection).setdefault(_BUILT, [])).append(built)

    def _caller(self):
        """(file, line, whether by itself) of the innermost call by the revision or env.py; ("", 0, False) for none."""
        revision = self._watch.revision
        wanted = {self._env_py} | ({os.path.realpath(revision.path)} if revision else set())
        direct = True
        for frame in calls(sys._getframe(1)):
            file = _real(frame.f_code.co_filename)
            if file in wanted:
                return file, frame.f_lineno, direct
            direct = direct and not self._is_own(file)
        return "", 0, False

    def messages(self):
        """BuiltFromModels for each place that built, then Loaded."""
        mapped = [mapper for mapper in compat.mappers() if self._is_imported(mapper.class_.__module__)]
        places: Dict[tuple, Set[str]] = OrderedDict()
        for built in self._built:
            names = places.setdefault(built[:4], set())
            names.update(table.fullname for table in built.tables if self._is_live(table, mapped))
        for (path, line, revision, judged), names in places.items():
            if names:
                path = os.path.relpath(path, self._root)
                yield BuiltFromModels(path, line, sorted(names), revision, judged)
        yield self._loaded(mapped)

    def _is_target(self, metadata):
        return any(metadata is target for target in self._targets)

    def _is_live(self, table, mapped):
        """Also where env.py compares a copy of the metadata that the models are in, as of one bind of several."""
        if self._is_target(table.metadata):
            return True
        of_models = any(getattr(mapper.local_table, "metadata", None) is table.metadata for mapper in mapped)
        return of_models and any(table.fullname in target.tables for target in self._targets)

    def _loaded(self, mapped):
        modules = {name: module for name, module in list(sys.modules.items()) if self._is_imported(name)}
        sources, bases = self._in_classes(mapped)
        tables_of_classes = {id(mapper.local_table) for mapper in mapped}
        for name, module in modules.items():
            for value in list(vars(module).values()):
                if id(value) not in bases and self._leads(value):
                    bases[id(value)] = value
                if isinstance(value, Table) and id(value) not in tables_of_classes:
                    sources.update([name] if self._is_target(value.metadata) else [])
        # such as SQLModel, which nobody derives a base of their own from
        packages = {base.__module__.split(".")[0] for base in bases.values() if isinstance(base, type)}
        searched = [
            (name, vars(module))
            for name, module in list(sys.modules.items())
            if name in modules or (name.split(".")[0] in packages and isinstance(module, ModuleType))
        ]
        return Loaded(
            {name: os.path.relpath(module.__file__ or "", self._root) for name, module in modules.items()},
            sorted({name for target in self._targets for name in target.tables}),
            sorted(sources),
            sorted(
                f"{name}.{attribute}"
                for name, attributes in searched
                for attribute, value in list(attributes.items())
                if id(value) in bases
            ),
        )

    def _in_classes(self, mapped):
        """The modules of the mapped classes that are compared, and by id what they get their metadata from."""
        sources = set()
        bases: Dict[int, Any] = {}
        for mapper in mapped:
            if isinstance(mapper.local_table, Table) and self._is_live(mapper.local_table, mapped):
                sources.add(mapper.class_.__module__)
                owners = [cls for cls in mapper.class_.__mro__ if self._leads(cls)]
                bases.update((id(owner), owner) for owner in [*owners, mapper.registry])
        return sources, bases

    def _leads(self, value):
        """Whether a table that is declared with ``value`` is one of the compared metadata."""
        if isinstance(value, MetaData):
            return self._is_target(value)
        if isinstance(value, type):
            owner = next((cls for cls in value.__mro__ if "metadata" in vars(cls)), None)
            return owner is not None and self._is_target(vars(owner)["metadata"])
        if isinstance(value, _HOLD_NOTHING):
            return False
        # statically: a proxy that stands for nothing now would raise
        held = [inspect.getattr_static(value, name, None) for name in ("metadata", "Model", "Base")]
        return any(isinstance(one, (MetaData, type)) and self._leads(one) for one in held)

    def _is_imported(self, name):
        file = getattr(sys.modules.get(name), "__file__", None)
        return isinstance(file, str) and self._is_own(file)

    def _is_own(self, file):
        return is_inside(file, self._root)


def calls(frame):
    """``frame`` and all outside of it, also outside of the greenlet that an asynchronous connection runs things in."""
    greenlet = sys.modules.get("greenlet")
    inner = greenlet.getcurrent() if greenlet else None
    while frame:
        yield frame
        frame = frame.f_back
        while frame is None and inner is not None and inner.parent is not None:
            inner = inner.parent
            frame = inner.gr_frame


@functools.lru_cache(maxsize=None)
def _real(file):
    return os.path.realpath(file)


def _made_from(statement):
    """The tables that ``statement`` takes what it makes from: its own, and those that its columns are copies from."""
    if isinstance(statement, CreateTable):
        columns = statement.element.columns
        return [statement.element, *(table for column in columns for table in _origins(column))]
    if isinstance(statement, (CreateIndex, AddConstraint)):
        return [statement.element.table]
    return _origins(statement.column) if isinstance(statement, AddColumn) else []


def _origins(column):
    """The tables that ``column`` has been in, or was copied from."""
    own = getattr(column, "table", None)
    return [*([] if own is None else [own]), *vars(column).get(_COPIED_FROM, ())]
