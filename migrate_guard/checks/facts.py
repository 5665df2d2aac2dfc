"""What is known of one environment when the checks decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from migrate_guard.findings import fingerprints
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.look import Broken
from migrate_guard.history.revision import DiskRevision
from migrate_guard.history.step import Step
from migrate_guard.protocol.messages import Operation
from migrate_guard.protocol.observation import Observation


@dataclass(frozen=True)
class Unimported:
    """A module that env.py did not import, though the tables that it declares would then be compared.

    ``module`` is the name to import it by, "" if no import would help. ``dropped`` are those of its ``tables`` that the history still has, so that
    the missing revision would drop them.
    """

    path: str
    line: int
    module: str
    tables: tuple[str, ...]
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gone:
    """A revision that the commit before, ``commit``, has as ``path`` with ``text``, and that what is judged lacks.

    ``moved_to``: where its file is now, "" if nowhere. ``edited``: the file is there with other content. ``restored`` are
    the files that bring it back: its own, or the settings that named its folder. ``published`` is a remote branch that has
    the file, "" if none has.
    """

    id: str
    path: str
    text: str
    commit: str
    restored: tuple[str, ...]
    moved_to: str = ""
    edited: bool = False
    published: str = ""


@dataclass(frozen=True)
class Lost:
    """The file of a revision that another one needs: ``path`` as ``commit`` has it. ``deleted_by`` names the commit that
    deleted it, with its first line; "" where it is in no history of what is judged.
    """

    path: str
    commit: str
    deleted_by: str = ""


@dataclass(frozen=True)
class Rival:
    """The revision that fails, or one that is on no way to it or from it. ``published`` see Gone."""

    id: str
    path: str
    text: str
    published: str = ""


@dataclass(frozen=True)
class Old:
    """What commits have wrong already: the ``points`` in which models and history differ there, and the fingerprints of the
    modules that are not imported there (``unimported``). ``had`` are the identities of the extras that their models had.
    ``before`` says when that was, "" where nothing is old.
    """

    before: str = ""
    points: frozenset[fingerprints.Point] = frozenset()
    unimported: frozenset[str] = frozenset()
    had: frozenset[tuple[object, ...]] = frozenset()


@dataclass(frozen=True)
class Facts:
    """``observation`` is what the worker saw, None where it did not run.

    ``heads``: the setting. ``by_hand``: the files on disk are judged. ``on_disk``: see DiskRevision.
    ``old``: what of all this is no doing of what is judged. ``accepted``: the fingerprints of what the project accepts.
    ``unstaged``: where the index is judged and something is missing, the tracked files that differ from it.
    ``brings_revision``: what is judged changes a revision file of the environment. ``strict``: the setting.
    ``scratch_setup``: the setting. ``unsteady``: the identities of the operations that another import of the models does
    not lead to; ``unsteady_migrations``: it is the migrations that say something else, not the models. ``gone``: the revisions that it lacks and the commit before has. ``lost``: by id, the files of revisions that are
    needed and not there. ``step``: what was judged in the place of a replay from the base. ``broken`` see Look.
    ``heads_before``: when it had these heads already, "" if it did not.
    ``moved``: what unchanged migrations make otherwise than before.
    ``rivals``: where a revision fails, it and those of other branches.
    """

    environment: Environment
    graph: Graph
    heads: int | tuple[str, ...] = 1
    by_hand: bool = False
    on_disk: tuple[DiskRevision, ...] = ()
    observation: Observation | None = None
    old: Old = Old()
    accepted: frozenset[str] = frozenset()
    unstaged: frozenset[str] = frozenset()
    brings_revision: bool = False
    strict: bool = False
    scratch_setup: dict[str, str] = field(default_factory=dict)
    unimported: tuple[Unimported, ...] = ()
    unsteady: frozenset[tuple[object, ...]] = frozenset()
    unsteady_migrations: bool = False
    step: Step | None = None
    broken: Broken | None = None
    heads_before: str = ""
    moved: tuple[Operation, ...] = ()
    rivals: tuple[Rival, ...] = ()
    gone: tuple[Gone, ...] = ()
    lost: Mapping[str, Lost] = field(default_factory=dict)

    @property
    def operations(self) -> tuple[Operation, ...]:
        return self.observation.operations if self.observation and not self._is_blind else ()

    @property
    def _is_blind(self):
        """Whether there are models and none was compared: whatever differs comes of that."""
        return any(not one.module for one in self.unimported)

    @property
    def start(self) -> str:
        """Where the replay began, in words; "" at the base."""
        if self.step:
            return f"on what the models of {self.step.short} make"
        starts = self.observation.starts if self.observation else []
        said = [f"{', '.join(start.revisions)} ({start.file})" for start in starts if start]
        return f"from a start at {' and '.join(dict.fromkeys(said))}" if said else ""

    @property
    def extras(self) -> tuple[Operation, ...]:
        return self.observation.extras if self.observation and not self._is_blind else ()

    @property
    def missing(self) -> list[Operation]:
        """What the missing revision is for."""
        if self.old.before:
            return self.differing
        return [*self.operations, *(self.extras if self.strict else ())]

    @property
    def new_operations(self) -> list[Operation]:
        return [op for op in self.operations if not self._is_old(op)]

    @property
    def old_operations(self) -> list[Operation]:
        return [op for op in self.operations if self._is_old(op)]

    @property
    def new_extras(self) -> list[Operation]:
        return [op for op in self.extras if not self._is_old(op)]

    @property
    def differing(self) -> list[Operation]:
        """What is new of that."""
        return [*self.new_operations, *self.taken_out]

    @property
    def taken_out(self) -> list[Operation]:
        """What the history still makes, and what is judged takes out of the models."""
        return [] if self.strict else [op for op in self.new_extras if op.identity in self.old.had]

    @property
    def old_extras(self) -> list[Operation]:
        return [op for op in self.extras if self._is_old(op)]

    @property
    def has_new(self) -> bool:
        """Whether anything counts that could be old."""
        return bool(self.new_operations or self.new_unimported or self.new_extras)

    @property
    def new_unimported(self) -> list[Unimported]:
        return [one for one in self.unimported if not self._was_unimported(one)]

    @property
    def old_unimported(self) -> list[Unimported]:
        return [one for one in self.unimported if self._was_unimported(one)]

    def _was_unimported(self, module):
        """One whose table is to be dropped only now explains that, and is named."""
        dropped = {op.table.rpartition(".")[2] for op in self.new_operations if op.direction == "drop"}
        known = fingerprints.of_module(module.tables) in self.old.unimported
        return known and dropped.isdisjoint(module.dropped)

    def _is_old(self, operation):
        point = self._points[operation]
        if operation.identity in self.unsteady:  # in other words there
            return point.fingerprint in {same.fingerprint for same in self.old.points}
        return point in self.old.points

    @cached_property
    def _points(self):
        return fingerprints.points(self.observation) if self.observation else {}
