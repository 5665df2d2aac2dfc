"""An exception of the project's as a message: its words, and its last frames without ours."""

import os
import traceback

from migrate_guard.protocol import Failed

_FRAMES = 4


class CannotCheck(Exception):
    """Something that only the worker can see makes a verdict impossible."""

    def __init__(self, doing, error, hint=""):
        super().__init__(error)
        self.doing, self.error, self.hint = doing, error, hint


def failed(doing, error, root):
    if isinstance(error, CannotCheck):
        return Failed(error.doing, error.error, [], hint=error.hint)
    missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
    return Failed(doing, words(error), frames(error, root), missing)


def words(error):
    if isinstance(error, SystemExit):
        return "it called sys.exit({!r})".format(error.code)
    return "".join(traceback.format_exception_only(type(error), error)).strip()


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
        lines.append("{}:{} in {}".format(name, frame.lineno, frame.name))
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
    at = path.rfind("site-packages" + os.sep)
    return path[at + len("site-packages") + 1 :] if at >= 0 else path
