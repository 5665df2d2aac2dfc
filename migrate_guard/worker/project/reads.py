"""What the project's code reads: of the snapshot that is judged, and of the working tree, past it."""

import os
import sys
from importlib.util import source_from_cache

from migrate_guard.protocol.messages import Inputs, ReadElsewhere
from migrate_guard.worker.basis.places import is_inside, is_installed


class Reads:
    """Hears of every file that Python opens, and every folder that it lists; what a C library or another process reads it does not."""

    def __init__(self, root, work):
        self._root, self._work = root, work
        self._below = work.rstrip(os.sep) + os.sep
        # An environment may lie in the working tree, or be the folder above it (/usr).
        self._installed = [place for place in (sys.prefix, sys.base_prefix) if not is_inside(work, place)]
        self._elsewhere, self._files, self._folders = {}, {}, {}

    def install(self):
        sys.addaudithook(self._heard)

    def _heard(self, event, arguments):
        if event == "open" and not isinstance(arguments[0], int):
            self._opened(_absolute(arguments[0]))
        elif event in ("os.listdir", "os.scandir") and not isinstance(arguments[0], int):
            path = _absolute(arguments[0] or os.curdir)
            if is_inside(path, self._root):
                self._folders[path] = None

    def _opened(self, path):
        if is_inside(path, self._root):
            self._files[path] = None
        elif path.startswith(self._below) and not self._is_known(path):
            self._elsewhere[_source(path)] = None

    def _is_known(self, path):
        real = os.path.normpath(path)
        return (
            is_installed(real)
            or any(is_inside(real, place) for place in self._installed)
            or os.sep + ".git" + os.sep in real
        )

    def messages(self):
        """What was heard of since they were asked for last."""
        elsewhere, self._elsewhere = self._elsewhere, {}
        for path in elsewhere:
            if os.path.isfile(path):
                yield ReadElsewhere(os.path.relpath(path, self._work))
        files = {name for path in list(self._files) for name in self._names(_source(path))}
        yield Inputs(
            sorted(files), sorted({name for path in list(self._folders) for name in self._names(path)})
        )

    def _names(self, path):
        """How the source calls it: as it was named, and where links lead."""
        for one in (path, os.path.realpath(path)):
            if is_inside(one, self._root):
                name = os.path.relpath(one, self._root)
                yield "" if name == os.curdir else name


def _absolute(path):
    path = os.path.abspath(os.fsdecode(path))
    return path[1:] if path.startswith("//") else path


def _source(path):
    """What bytecode was made of; else ``path`` itself."""
    try:
        return source_from_cache(path)
    except (ValueError, NotImplementedError):
        return path
