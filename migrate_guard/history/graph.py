"""The revisions of one environment and how they hang together, broken or not."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from migrate_guard.history.revision import Revision

_SHORTEST = 4


@dataclass(frozen=True, init=False)
class Graph:
    """Where an id has several files, the last one stands for it, as in Alembic."""

    revisions: tuple[Revision, ...]

    def __init__(self, revisions: Iterable[Revision]) -> None:
        object.__setattr__(self, "revisions", tuple(revisions))

    @cached_property
    def by_id(self) -> Mapping[str, Revision]:
        return {revision.id: revision for revision in self.revisions}

    def find(self, reference: str) -> Revision | None:
        """The revision with that id, that branch label or, of four characters or more, that abbreviated id."""
        id = reference if reference in self.by_id else self._labelled.get(reference, self._whole(reference))
        return self.by_id.get(id)

    def before(self, starts: list[list[str]]) -> set[str]:
        """The ids that need not run where each of several databases begins at its ``starts``, these included."""
        skipped = [self._with_needs(references) for references in starts]
        return set.intersection(*skipped) if skipped else set()

    def _with_needs(self, references):
        found, waiting = set(), [revision.id for revision in map(self.find, references) if revision]
        while waiting:
            id = waiting.pop()
            if id not in found:
                found.add(id)
                waiting += self._needs[id]
        return found

    @cached_property
    def heads(self) -> tuple[Revision, ...]:
        named = {down for id, downs in self._downs.items() for down in downs if down != id}
        return tuple(revision for id, revision in self.by_id.items() if id not in named)

    @cached_property
    def bases(self) -> tuple[Revision, ...]:
        return tuple(revision for revision in self.by_id.values() if not revision.down_revisions)

    @cached_property
    def missing(self) -> tuple[tuple[Revision, str], ...]:
        """Each revision with a reference that no file has in full: Alembic does not load an abbreviated one."""
        names = {**self._labelled, **self.by_id}
        pairs = []
        for revision in self.revisions:
            pairs += [(revision, id) for id in revision.down_revisions if id not in self.by_id]
            pairs += [(revision, name) for name in revision.depends_on if name not in names]
        return tuple(dict.fromkeys(pairs))

    @cached_property
    def duplicates(self) -> dict[str, tuple[Revision, ...]]:
        return {id: files for id, files in self._files.items() if len(files) > 1}

    @property
    def cycles(self) -> tuple[tuple[Revision, ...], ...]:
        """Each revision of a cycle needs the next one, the last one the first."""
        return tuple(tuple(self.by_id[id] for id in cycle) for cycle in self._sorted[1])

    @property
    def order(self) -> tuple[Revision, ...]:
        """Every file, bases first; a revision comes after all that it needs, except in a cycle."""
        return tuple(revision for id in self._sorted[0] for revision in self._files[id])

    @property
    def replayable(self) -> bool:
        return not (self.missing or self.duplicates or self.cycles)

    def labels(self, head: Revision) -> frozenset[str]:
        """The branch labels of a head: its own and those of every revision below, through merges too.

        Alembic also gives a label to the revisions below it up to a branch point; none of those is a head.
        """
        return self._labels[head.id]

    @cached_property
    def _files(self):
        files: dict[str, list[Revision]] = {}
        for revision in self.revisions:
            files.setdefault(revision.id, []).append(revision)
        return {id: tuple(revisions) for id, revisions in files.items()}

    @cached_property
    def _labelled(self):
        return {label: revision.id for revision in self.revisions for label in revision.branch_labels}

    @cached_property
    def _ids(self):
        return sorted(self.by_id)

    def _whole(self, abbreviated):
        place = bisect_left(self._ids, abbreviated)
        fitting = [id for id in self._ids[place : place + 2] if id.startswith(abbreviated)]
        return fitting[0] if len(fitting) == 1 and len(abbreviated) >= _SHORTEST else None

    @cached_property
    def _downs(self):
        return {id: self._found(r.down_revisions for r in files) for id, files in self._files.items()}

    @cached_property
    def _needs(self):
        return {
            id: self._found(r.down_revisions + r.depends_on for r in files)
            for id, files in self._files.items()
        }

    def _found(self, references):
        found = map(self.find, chain.from_iterable(references))
        return tuple(dict.fromkeys(revision.id for revision in found if revision))

    @cached_property
    def _labels(self):
        labels: dict[str, frozenset[str]] = {}
        for id in self._sorted[0]:
            own = (label for file in self._files[id] for label in file.branch_labels)
            labels[id] = frozenset(own).union(*(labels.get(down, ()) for down in self._downs[id]))
        return labels

    @cached_property
    def _sorted(self):
        """All ids in order, and the cycles: one is where nothing is free to go on with."""
        order, cycles = [], []
        above: dict[str, list[str]] = {id: [] for id in self._needs}
        for id, needed in ((id, needed) for id, needs in self._needs.items() for needed in needs):
            above[needed].append(id)
        waiting = {id: len(needs) for id, needs in self._needs.items() if needs}
        free = deque(id for id in self._needs if id not in waiting)
        while free or waiting:
            if not free:
                cycles.append(_cycle(waiting, self._needs))
                free.extend(cycles[-1])
                for id in cycles[-1]:
                    del waiting[id]
            order.append(free.popleft())
            for id in filter(waiting.__contains__, above[order[-1]]):
                waiting[id] -= 1
                if not waiting[id]:
                    del waiting[id]
                    free.append(id)
        return tuple(order), tuple(cycles)


def _cycle(waiting, needs):
    """Every waiting id needs a waiting one, so that going down from any of them ends in a circle."""
    path: dict[str, int] = {}
    id = next(iter(waiting))
    while id not in path:
        path[id] = len(path)
        id = next(needed for needed in needs[id] if needed in waiting)
    return tuple(path)[path[id] :]
