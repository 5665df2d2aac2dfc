"""Files of the working tree that the project's code reads by their own path, past the snapshot that is judged."""

import os
import sys

from migrate_guard.protocol.messages import ReadElsewhere
from migrate_guard.worker.basis.places import is_inside, is_installed


class Outside:
    """Hears of every file that Python opens; what a C library or another process reads it does not."""

    def __init__(self, root, work):
        self._root, self._work = root, work
        self._below = work.rstrip(os.sep) + os.sep
        # An environment may lie in the working tree, or be the folder above it (/usr).
        self._installed = [place for place in (sys.prefix, sys.base_prefix) if not is_inside(work, place)]
        self._read = {}

    def install(self):
        sys.addaudithook(self._heard)

    def _heard(self, event, arguments):
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            path = path[1:] if path.startswith("//") else path
            if path.startswith(self._below) and not self._is_known(path):
                self._read[os.path.relpath(path, self._work)] = None

    def _is_known(self, path):
        real = os.path.normpath(path)
        return (
            is_inside(real, self._root)
            or is_installed(real)
            or any(is_inside(real, place) for place in self._installed)
            or os.sep + ".git" + os.sep in real
        )

    def messages(self):
        read, self._read = self._read, {}
        return [ReadElsewhere(path) for path in read if os.path.isfile(os.path.join(self._work, path))]
