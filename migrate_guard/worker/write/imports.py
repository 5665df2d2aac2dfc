"""The names that a text of Python uses and does not have, and the statements that import them."""

import ast
import builtins
import importlib.util
import symtable
import sys
from typing import Set

from sqlalchemy.types import TypeEngine

# As Alembic itself writes them where a template has the usual imports
_USUAL = {"sa": "import sqlalchemy as sa", "op": "from alembic import op"}


class Names:
    """What can be said in a revision: ``bound`` are the names that its template has (name: object).

    ``types`` are the types that the revision uses, ``dialect`` is the name of the database's.
    """

    def __init__(self, bound, types, dialect):
        self._bound = {**vars(builtins), **bound}
        self._classes = {cls.__name__: cls for cls in _classes(types)}
        self._dialects = [f"sqlalchemy.dialects.{dialect}", "sqlalchemy"]

    def imports(self, text):
        """The statements that import what ``text`` uses and nothing binds, in order, and the names that remain."""
        found: Set[str] = set()
        left: Set[str] = set()
        for chain in _unbound(text):
            if chain[0] not in self._bound:
                statement = self._import_of(chain)
                (found if statement else left).add(statement or chain[0])
        return sorted(found), sorted(left)

    def value(self, text, imports):
        """What the expression ``text`` is, once the statements ``imports`` have run."""
        namespace = dict(self._bound)
        exec("\n".join(imports), namespace)
        return eval(text, namespace)

    def _import_of(self, chain):
        """``chain``: the parts of a dotted name."""
        root = chain[0]
        if root in _USUAL:
            return _USUAL[root]
        if root in self._classes:
            return self._import_of_class(self._classes[root])
        for end in range(len(chain), 0, -1):
            name = ".".join(chain[:end])
            if _is_importable(name) and _has(sys.modules[name], chain[end:]):
                return "import " + name
        if importlib.util.find_spec("sqlalchemy.dialects." + root):
            return "from sqlalchemy.dialects import " + root
        return self._import_from(self._dialects, root, lambda found: True)

    def _import_of_class(self, cls):
        return self._import_from([*self._dialects, cls.__module__], cls.__name__, lambda found: found is cls)

    def _import_from(self, modules, name, accept):
        for module in modules:
            has = vars(sys.modules[module]) if _is_importable(module) else {}
            if name in has and accept(has[name]):
                return f"from {module} import {name}"
        return None


def _is_importable(module):
    """Whether another process, with the project's paths, finds it too: env.py itself has no name to import it by."""
    loaded = sys.modules.get(module)
    return loaded is not None and getattr(loaded, "__spec__", None) is not None and module != "__main__"


def _has(thing, names):
    for name in names:
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


def _unbound(text):
    """The dotted names, as tuples, whose first part ``text`` reads without binding it anywhere it could see."""
    top = symtable.symtable(text, "<revision>", "exec")
    bound = {one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported()}
    roots = {name for table in _tables(top) for name in _global_names(table)} - bound
    return {chain for chain in _chains(ast.parse(text)) if chain[0] in roots}


def _tables(table):
    yield table
    for inner in table.get_children():
        yield from _tables(inner)


def _global_names(table):
    top = table.get_type() == "module"
    return [one.get_name() for one in table.get_symbols() if one.is_referenced() and (top or one.is_global())]


def _chains(tree):
    inner = set()
    for node in ast.walk(tree):
        names, at = [], node
        while isinstance(at, ast.Attribute):
            names.append(at.attr)
            at = at.value
            inner.add(at)
        if isinstance(at, ast.Name) and node not in inner:
            yield (at.id, *reversed(names))


def _classes(types):
    """The classes of ``types`` and of what they hold, and those that they hold themselves."""
    waiting, seen = list(types), set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        yield thing if isinstance(thing, type) else type(thing)
        if isinstance(thing, TypeEngine):
            waiting += vars(thing).values()
        elif isinstance(thing, dict):
            waiting += [*thing.keys(), *thing.values()]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            waiting += thing
