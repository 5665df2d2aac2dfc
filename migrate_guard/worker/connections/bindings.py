"""What the connections of one pool need to know: the engine that it belongs to, and what they are wanted for."""

from contextlib import contextmanager

from sqlalchemy.engine import Connection

from migrate_guard.protocol.messages import JUDGED, THROWAWAY
from migrate_guard.worker.basis import compat

_BINDING = "migrate_guard_binding"
_NEVER_ASKED = object()


class Binding:
    """``creator`` is the project's, which would dial; ``url`` and ``dialect`` are None until there is an engine.

    ``found_schema`` is the default schema that the dialect has asked the database for last.
    """

    def __init__(self, creator, purpose=THROWAWAY, url=None, dialect=None):
        self.creator, self.purpose = creator, purpose
        self.url, self.dialect = url, dialect
        self.found_schema = _NEVER_ASKED

    def belong_to(self, engine):
        """It is the pool of ``engine``."""
        self.url, self.dialect = engine.url, engine.dialect
        find = self.dialect._get_default_schema_name

        def remember(connection):
            self.found_schema = find(connection)
            return self.found_schema

        self.dialect._get_default_schema_name = remember

    @contextmanager
    def judged(self):
        """In this block its connections are wanted for the judged database."""
        self.purpose = JUDGED
        try:
            yield
        finally:
            self.purpose = THROWAWAY


def bind(creator, binding):
    """``creator``, which makes the connections of a pool, with what they need to know."""
    setattr(creator, _BINDING, binding)
    return creator


def is_bound(creator):
    """Whether ``creator`` is one of ours."""
    return hasattr(creator, _BINDING)


def of(pool):
    """The Binding of ``pool``."""
    return getattr(pool._creator, _BINDING)


class Upgrading:
    """The URLs on which revisions run: what is opened there besides leads to the judged database, as in life."""

    def __init__(self):
        self._urls = []

    @contextmanager
    def on(self, connection):
        """Revisions run on ``connection``, in this block."""
        before = list(self._urls)
        if isinstance(connection, Connection):
            self._urls.append(compat.url_text(connection.engine.url))
        try:
            yield
        finally:
            self._urls[:] = before

    def runs_on(self, url):
        """Whether revisions run on ``url`` at this moment."""
        return compat.url_text(url) in self._urls

    def purpose(self, binding):
        """What a connection of ``binding`` is wanted for at this moment."""
        return JUDGED if binding.purpose == THROWAWAY and self.runs_on(binding.url) else binding.purpose
