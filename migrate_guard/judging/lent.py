"""A function that makes a Config, which an earlier commit lacks: its module is lent to that commit where it changes nothing else."""

import ast
import posixpath
import re
from collections.abc import Iterable

from migrate_guard.errors import GuardError
from migrate_guard.history.environment import Environment
from migrate_guard.history.meaning import parsed
from migrate_guard.repository import source
from migrate_guard.repository.git import short
from migrate_guard.repository.source import Source
from migrate_guard.schema import declared

_MODULE = re.compile(r"([\w.]+):\s*(\w+)")


class CannotBeLent(GuardError):
    """What an earlier commit lacks would change more in it than how it is configured."""


def lend(judged: Source, before: Source, environments: Iterable[Environment], folder: str) -> Source:
    """``before`` with the module of each function that makes a Config in ``judged``; itself where it lacks none.

    ``folder`` is ours and takes new objects. Raises CannotBeLent.
    """
    lent = []
    for environment in environments:
        named = _MODULE.match(environment.config)
        path = named and _path(named[1], environment.folder, judged.entries)
        if not (named and path) or judged.entries.get(path) == before.entries.get(path):
            continue
        texts, there = judged.read([path]), before.read([path])
        if path in there and _has(there[path], named[2]):
            continue
        why = _changes_more(path, texts[path], judged.changed_since(before.commit))
        if why:
            message = f"{short(before.commit or '')} lacks {environment.config}, and {path} {why}."
            raise CannotBeLent(message)
        lent.append(path)
    return source.with_files(before, judged, lent, folder) if lent else before


def _path(module, folder, paths):
    inner = module.replace(".", "/")
    for base in (folder, posixpath.join(folder, "src"), "", "src"):
        for path in (f"{inner}.py", f"{inner}/__init__.py"):
            if posixpath.join(base, path) in paths:
                return posixpath.join(base, path)
    return None


def _has(text, name):
    """Whether the module of ``text`` has that name at its top level; so it is taken where it cannot be read."""
    module, tree = declared.read("", text), parsed(text)
    if module is None or tree is None:
        return True
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    made = {node.name for node in tree.body if isinstance(node, functions)}
    return name in made or name in module.names or bool(module.stars)


def _changes_more(path, text, changed):
    """What keeps the module from being lent, in words; "" for nothing."""
    module, tree = declared.read(path, text), parsed(text)
    if module is None or tree is None:
        return "is not valid Python"
    if module.tables:
        return "declares a table"
    modules = {_dotted(one): one for one in changed if one.endswith(".py") and one != path}
    for name in _imported(path, tree):
        for dotted, one in modules.items():
            if dotted == name or dotted.endswith(f".{name}"):
                return f"imports {one}, which differs"
    return ""


def _imported(path, module):
    """The dotted names that may be modules."""
    package = posixpath.dirname(path).split("/") if "/" in path else []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from filter(None, [base, *(f"{base}.{name.name}".lstrip(".") for name in node.names)])


def _dotted(path):
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
