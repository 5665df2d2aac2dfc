"""One revision file, read with ast and never imported."""

import ast
import re
import sys
import warnings
from dataclasses import dataclass

from migrate_guard.history.revision import Revision

_COMPUTED = object()
# At the beginning of a line: where functions and classes begin, and what may bind a name that is asked for after them
_BLOCK = re.compile(rb"(?:async[ \t]+def|def|class)\b|@")
_BINDS = re.compile(
    rb"(?:revision|down_revision|branch_labels|depends_on|if|for|while|with|try|match|from|import)\b"
)
_TYPE = re.compile(rb"type[ \t]+\w+.*=")
# Git writes them into a file that nobody has merged yet
_CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
_OWN_NAMES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Unreadable:
    """A file that Alembic would take as a revision, but whose place in the history its text does not tell."""

    path: str
    why: str


class _CannotTell(Exception):
    pass


def is_revision_file(name: str) -> bool:
    return name.endswith(".py") and not name.startswith((".#", "__init__"))


def read(path: str, text: bytes) -> Revision | Unreadable:
    try:
        module, unread = _read(text)
        names = _names(module)
        id, line = _required(names, "revision")
        if not isinstance(id, str):
            raise _CannotTell("revision is not a string")
        down, _ = _required(names, "down_revision")
        down_revisions = _strings(down)
        if down_revisions is None:
            raise _CannotTell("down_revision is not a string, a tuple of strings or None")
    except _CannotTell as error:
        return Unreadable(path, str(error))
    labels, needs = _optional(names, "branch_labels"), _optional(names, "depends_on")
    return Revision(id, down_revisions, labels, needs, path, line, unread)


def _read(text):
    """(the module, why its functions were not read): these may be written for a newer Python than the one that reads."""
    try:
        return _parse(text), ""
    except _CannotTell as error:
        rest = _without_blocks(text)
        if rest is None or _CONFLICT.search(text):
            raise
        return _parse(rest), str(error)


def _without_blocks(text):
    """``text`` up to its first function or class, and without names of types; None where more could be lost by that."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if _BLOCK.match(line)), len(lines))
    if any(map(_BINDS.match, lines[first:])):
        return None
    return b"\n".join(b"" if _TYPE.match(line) else line for line in lines[:first])


def _parse(text):
    try:
        with warnings.catch_warnings():
            # Python warns about escapes in the user's strings, which is not ours to say.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        raise _CannotTell(f"it is not valid Python {_python()} ({where}{error.msg})") from None
    except (ValueError, RecursionError, MemoryError) as error:
        # null bytes before Python 3.12, or nested deeper than the parser goes
        raise _CannotTell(f"it cannot be parsed ({error or type(error).__name__})") from None


def _python():
    return "{}.{}".format(*sys.version_info)


def _names(module):
    """Each name that the module binds: its value, _COMPUTED where the text does not tell it, and its line."""
    names: dict[str, tuple[object, int]] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            value = _value(statement.value, names)
            for target in statement.targets:
                _assign(target, value, names)
        elif isinstance(statement, ast.AnnAssign):
            if statement.value:
                _assign(statement.target, _value(statement.value, names), names)
        else:
            names.update(dict.fromkeys(_bound(statement), (_COMPUTED, statement.lineno)))
    return names


def _value(node, names):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return tuple(_value(element, names) for element in node.elts)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id][0]
    return _COMPUTED


def _assign(target, value, names):
    if isinstance(target, ast.Name):
        names[target.id] = (value, target.lineno)
    elif isinstance(target, ast.Starred):
        _assign(target.value, _COMPUTED, names)
    elif isinstance(target, (ast.Tuple, ast.List)):
        fits = isinstance(value, tuple) and len(value) == len(target.elts)
        for element, part in zip(target.elts, value if fits else [_COMPUTED] * len(target.elts), strict=True):
            _assign(element, part, names)


def _bound(statement):
    """The names that a statement other than an assignment binds in the module: if, for, import, def, ..."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif not isinstance(node, _OWN_NAMES):
            waiting.extend(ast.iter_child_nodes(node))


def _required(names, name):
    if name not in names:
        raise _CannotTell(f"it sets no {name}")
    value, line = names[name]
    if value is _COMPUTED or (isinstance(value, tuple) and _COMPUTED in value):
        raise _CannotTell(f"{name} is computed")
    return value, line


def _optional(names, name):
    """Empty where it is computed: labels and dependencies take no head away and add none."""
    return _strings(names.get(name, (None, 0))[0]) or ()


def _strings(value):
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple) and all(isinstance(element, str) for element in value):
        return value
    return None
