"""SQLite files that no engine names: for each one that the project attaches or opens, a scratch file."""

import os
from contextlib import contextmanager

from migrate_guard.protocol.messages import ATTACHED, OPENED, THROWAWAY, ScratchWanted
from migrate_guard.worker.connections.attach import attaching


class ScratchFiles:
    """The same file is the same scratch file, as in life. Nothing else may be opened."""

    def __init__(self, channel):
        self._channel = channel
        self._scratch = {}
        self._ours = set()

    def lend(self, *files):
        """``files`` are scratch ones that stand for the database of an engine."""
        self._ours.update(files)

    @contextmanager
    def lent(self, files):
        """In this block ``files``, which somebody keeps, may be opened as they are."""
        self._ours.update(files)
        try:
            yield
        finally:
            self._ours.difference_update(files)

    def is_scratch(self, file):
        """Whether ``file``, as sqlite3 is asked for it, was given by us."""
        return (os.fsdecode(file) if isinstance(file, bytes) else file) in self._ours

    def opened(self, file):
        """The path of the one that stands for ``file``, which the project opens by itself."""
        return self._standing_for(file, THROWAWAY, OPENED)

    def attaching(self, base, purpose=THROWAWAY):
        """A sqlite3.Connection like ``base``, of a database for ``purpose``: what it attaches goes with it."""
        return attaching(base, lambda file: self._standing_for(file, purpose, ATTACHED))

    def _standing_for(self, file, purpose, origin):
        key = (file, purpose)
        if key not in self._scratch:
            wanted = ScratchWanted("sqlite", "pysqlite", purpose=purpose, url=file, origin=origin)
            path = self._channel.ask(wanted).address["database"]
            self._ours.add(path)
            # Without a lock: aiosqlite asks from threads of its own, while this one may hold that of the pools.
            self._scratch.setdefault(key, path)
        return self._scratch[key]
