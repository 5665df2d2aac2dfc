"""An exception of the project's as a message: its words, and its last frames without ours."""

import os
import traceback

from migrate_guard.protocol import Failed

_FRAMES = 4
_PRINTED = 4


class CannotCheck(Exception):
    """Something that only the worker can see makes a verdict impossible."""

    def __init__(self, doing, error, hint=""):
        super().__init__(error)
        self.doing, self.error, self.hint = doing, error, hint


def failed(doing, error, root, channel, hint=""):
    if isinstance(error, CannotCheck):
        return Failed(error.doing, error.error, _printed(channel), hint=error.hint)
    missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
    said = _printed(channel) if isinstance(error, SystemExit) else []
    return Failed(doing, words(error, root), frames(error, root) + said, missing, hint)


def _printed(channel):
    lines = channel.printed(_PRINTED)
    return ["it printed:", *("    " + line for line in lines)] if lines else []


def words(error, root):
    """What it says, with the paths of the snapshot as those of the repository."""
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code!r})"
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
    own = [frame for frame in found if _is_projects(frame, root)]
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


def _is_projects(frame, root):
    return frame.filename.startswith(root + os.sep)


def _is_ours(frame):
    return os.path.dirname(os.path.abspath(frame.filename)) == os.path.dirname(os.path.abspath(__file__))


def _relative(path, root):
    if path.startswith(root + os.sep):
        return os.path.relpath(path, root)
    for installed in ("site-packages", os.path.basename(os.path.dirname(os.__file__))):
        _, found, inner = path.rpartition(os.sep + installed + os.sep)
        if found:
            return inner
    return path
