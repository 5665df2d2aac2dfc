"""An exception of the project's as a message: its words, and its last frames without ours."""

import os
import re
import sqlite3
import sys
import traceback
from importlib.metadata import PackageNotFoundError, version
from typing import List

import migrate_guard
from migrate_guard.protocol.messages import Failed
from migrate_guard.worker.basis.places import is_inside

_FRAMES = 4
_PRINTED = 4

_HERE = 'where "MIGRATE_GUARD" is in os.environ, as it is here.'
_DIRECTLY = f"""\
Use the connection that SQLAlchemy has: connection.connection.driver_connection is the driver's own.
Or leave the call out {_HERE}"""

_OF_TEMPLATE = "It is the new file, as script.py.mako, render_item or a post-write hook of the project's makes it: mend that."
WRITING = "writing the revision"

_replaced: List[str] = []
_NAME = re.compile(r"^cannot import name '(\w+)'")


_NOT_INSTALLED = (
    "It asks for the metadata of a package that is not installed in the project's environment; "
    "for the project itself: pip install -e ."
)
_WRITE_HOOKS = os.path.join("alembic", "script", "write_hooks.py")
_OF_WRITE_HOOKS = "The project's post_write_hooks run it: install it into the project's environment."


class DirectConnection(ConnectionError):
    """The project calls ``driver`` past SQLAlchemy at ``place`` (path:line, or ""), and nothing was dialled."""

    def __init__(self, driver, place):
        where = f" in {place}" if place else ""
        super().__init__(
            f"{driver} is called directly{where}: refused, since it could reach a database of yours"
        )


class CannotCheck(Exception):
    """Something that only the worker can see makes a verdict impossible."""

    def __init__(self, doing, error, hint=""):
        super().__init__(error)
        self.doing, self.error, self.hint = doing, error, hint


class CannotWrite(CannotCheck):
    """Something that only the worker can see keeps the revision from being written; what was printed tells no more."""


def failed(doing, error, root, channel, advice=("", (), ())):
    """``advice``: the hint for ``error``, and the variables that it may be about."""
    if isinstance(error, CannotCheck):
        said = [] if isinstance(error, CannotWrite) else _printed(channel)
        return Failed(error.doing, error.error, said, hint=error.hint)
    module, installed, within_own = _not_imported(error, root)
    said = _printed(channel) if isinstance(error, SystemExit) else []
    hint, asked, missing = advice
    if not hint and way_out(error):
        hint, asked, missing = way_out(error), [], []
    if doing == WRITING and isinstance(error, SyntaxError):
        hint = _OF_TEMPLATE
    seen = frames(error, root) + said
    return Failed(
        doing,
        words(error, root),
        seen,
        module,
        hint,
        importer=_last_of_project(error, root) if module else "",
        installed=installed,
        within_own=within_own,
        asked=list(asked),
        missing=list(missing),
    )


def _not_imported(error, root):
    """(the module or name that could not be imported, the installed package that lacks it, whether one of the project's does)."""
    if isinstance(error, PackageNotFoundError) or not isinstance(error, ImportError):
        return "", "", False
    module = error.name or ""
    if isinstance(error, ModuleNotFoundError):
        top, inner, _ = module.partition(".")
        holder = sys.modules.get(top) if inner else None
    else:
        name = _NAME.search(str(error))
        holder = sys.modules.get(module) if name else None
        module = f"{module}.{name[1]}" if name and module else ""
    if holder is None:
        return module if isinstance(error, ModuleNotFoundError) else "", "", False
    places = [getattr(holder, "__file__", None), *getattr(holder, "__path__", ())]
    if any(is_inside(place, root) for place in places if place):
        return module, "", True
    return module, _with_version(holder.__name__.partition(".")[0]), False


def _with_version(package):
    try:
        found = version(package)
    except PackageNotFoundError:
        found = getattr(sys.modules.get(package), "__version__", "")
    return f"{package} {found}".strip()


def _last_of_project(error, root):
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if is_inside(frame.filename, root)]
    return f"{_relative(own[-1].filename, root)}:{own[-1].lineno}" if own else ""


def replaced(file):
    """The project opened ``file`` by sqlite3 itself, and finds it empty: that may be why something fails later on."""
    _replaced.append(file)


def way_out(error):
    """What the user can do about it, where that is known; ``error`` may have come of what is."""
    if isinstance(error, PackageNotFoundError):
        return _NOT_INSTALLED
    if any(frame.filename.endswith(_WRITE_HOOKS) for frame in traceback.extract_tb(error.__traceback__)):
        return _OF_WRITE_HOOKS
    first = error
    while first and not isinstance(first, (DirectConnection, sqlite3.Error)):
        # What SQLAlchemy says of sqlite3 is not about a file that the project opened itself.
        first = None if type(first).__module__ == "sqlalchemy.exc" else first.__cause__ or first.__context__
    if isinstance(first, DirectConnection):
        return _DIRECTLY if first is error else f"{first}.\n{_DIRECTLY}"
    if isinstance(first, sqlite3.Error) and _replaced:
        files = ", ".join(dict.fromkeys(_replaced))
        return f"An empty throwaway file was opened in place of {files}.\nLeave the call out {_HERE}"
    return ""


def _printed(channel):
    lines = channel.printed(_PRINTED)
    return ["it printed:", *("    " + line for line in lines)] if lines else []


def words(error, root):
    """What it says, with the paths of the snapshot as those of the repository."""
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code!r})"
    if isinstance(error, DirectConnection):
        return str(error)
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    if text == "EOFError":
        text += ": it asked for input, and nobody can answer"
    text = text.replace(root + os.sep, "")
    return "\n".join(
        line for line in text.splitlines() if not line.startswith("(Background on this error at")
    )


def frames(error, root):
    """The last frames of the project's own files, and where it left them last, as lines."""
    found = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in found if is_inside(frame.filename, root)]
    shown = own[-_FRAMES:]
    if found and own and found[-1] is not own[-1] and not _is_ours(found[-1]):
        shown.append(found[-1])
    lines = []
    for frame in shown:
        name = _relative(frame.filename, root)
        lines.append(f"{name}:{frame.lineno} in {frame.name}")
        if frame.line:
            lines.append("    " + frame.line)
    return lines


def line_in(error, path):
    """The last line of ``path`` that was running when ``error`` was raised; 0 for none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.realpath(frame.filename) == os.path.realpath(path):
            return frame.lineno
    return 0


def _is_ours(frame):
    ours = os.path.dirname(os.path.abspath(migrate_guard.__file__))
    return is_inside(os.path.abspath(frame.filename), ours)


def _relative(path, root):
    if is_inside(path, root):
        return os.path.relpath(path, root)
    for installed in ("site-packages", os.path.basename(os.path.dirname(os.__file__))):
        _, found, inner = path.rpartition(os.sep + installed + os.sep)
        if found:
            return inner
    return path
