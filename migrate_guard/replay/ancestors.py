"""The first-parent ancestors of a source that a step may start from, newest first."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from migrate_guard import environments
from migrate_guard.config import Settings
from migrate_guard.errors import ConfigError
from migrate_guard.history.environment import Environment, same
from migrate_guard.history.graph import Graph
from migrate_guard.history.meaning import meaning
from migrate_guard.history.read import Unreadable, is_revision_file, read
from migrate_guard.history.revision import Revision
from migrate_guard.repository import source
from migrate_guard.repository.git import Repository
from migrate_guard.repository.source import Source

_MOVES = 20
# What a revision file reads as, and what it means
_Read: TypeAlias = tuple[Revision | Unreadable, str | bytes]


class Ancestor:
    """A commit that holds the environment: its id, its ``source``, and the ``environment`` as it was there.

    ``files`` are pairs of a revision, by its id or else its path, and what its file means; ``graph`` is the
    history and ``heads`` are its heads.
    """

    def __init__(
        self, commit: str, judged: Source, environment: Environment, read: Collection[_Read]
    ) -> None:
        self.commit, self.source, self.environment = commit, judged, environment
        self.files = _files(read)
        self.revisions = frozenset(name for name, _ in self.files)
        self.graph = Graph(one for one, _ in read if isinstance(one, Revision))
        self.heads = [head.id for head in self.graph.heads]


class Ancestors:
    """Of the source ``judged``; ``newest`` is the id of the newest commit to start from, by default its parent."""

    def __init__(
        self, repo: Repository, judged: Source, settings: Settings, newest: str | None = None
    ) -> None:
        self._repo, self._judged, self._settings = repo, judged, settings
        self._newest = newest
        self._meanings: dict[str, _Read] = {}
        self._found: dict[tuple[str, str], Ancestor | None] = {}

    def starts(
        self, environment: Environment, alone: bool, models: Callable[[Ancestor], Iterable[str]]
    ) -> Iterator[tuple[Ancestor, tuple[str, ...]]]:
        """Each Ancestor that a step of ``environment`` may start from, to be taken where those before will not do.

        With it come the revisions that the newest commit of all holds, and the source does not hold as they are there:
        the first Ancestor is the newest that holds none of these. Each further one is what was before the last change
        to models or revisions, 20 at most. ``models(ancestor)`` are the paths of the models there. ``alone``: the
        source has no other environment.
        """
        commit, moves, held = self._newest or self._judged.parent(), 0, None
        while commit and moves <= _MOVES:
            found = self.at(commit, environment, alone)
            if found is None:
                return
            if held is None:
                ours = _files(self._read(self._judged, environment))
                edited = {name for name, _ in found.files - ours}
                held = {name for name, _ in ours} - edited
            touched = list(found.environment.versions)
            if found.revisions <= held:
                yield found, tuple(sorted(edited))
                moves += 1
                touched += models(found)
            commit = self._before_change(commit, touched)

    def whole(self, commits: Sequence[str], environment: Environment, alone: bool) -> list[str]:
        """Those of ``commits`` that hold the environment; () where they are too far away to be found.

        A commit with more heads than the settings allow was never upgraded as a whole: its own parents take its place.
        """
        heads = self._settings.heads
        allowed = heads if isinstance(heads, int) else len(heads)
        waiting, found = list(commits), dict[str, bool]()
        while waiting:
            commit = waiting.pop(0)
            if commit in found:
                continue
            if len(found) == _MOVES:
                return []
            held = self.at(commit, environment, alone)
            before = self._repo.parents(commit) if held and len(held.heads) > allowed else ()
            found[commit] = bool(held and not before)
            waiting += before
        return [commit for commit, is_whole in found.items() if is_whole]

    def at(self, commit: str, environment: Environment, alone: bool) -> Ancestor | None:
        """The ancestor ``commit``, None where it does not hold ``environment``."""
        key = (commit, environment.name)
        if key not in self._found:
            self._found[key] = self._look(commit, environment, alone)
        return self._found[key]

    def _look(self, commit, environment, alone):
        there = source.commit(self._repo, commit)
        try:
            found = environments.find(there, self._settings.exclude, self._settings.environments)
        except ConfigError:  # what the settings declare is not there yet
            return None
        found_again = same(environment, found, alone)
        if found_again is None:
            return None
        return Ancestor(commit, there, found_again, self._read(there, found_again))

    def _before_change(self, commit, paths):
        """What came before the newest of ``commit`` and its ancestors that changed ``paths``; None for nothing."""
        changed = self._repo.last_change(commit, paths)
        return self._repo.commit(f"{changed}^") if changed else None

    def _read(self, judged, environment):
        """(what the file reads as, what it means) for each revision file."""
        paths = [
            path
            for path in judged.entries
            if environment.holds(path) and is_revision_file(path.rpartition("/")[2])
        ]
        blobs = {path: judged.entries[path][1] for path in paths}
        new = [path for path in paths if blobs[path] not in self._meanings]
        for path, text in judged.read(new).items():
            self._meanings[blobs[path]] = (read(path, text), meaning(text))
        return [self._meanings[blob] for blob in blobs.values() if blob in self._meanings]


def _files(read):
    return frozenset((one.id if isinstance(one, Revision) else one.path, means) for one, means in read)
