"""One source that is judged: what it holds, how its environments look, and what of that counts."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from migrate_guard import config, environments
from migrate_guard.findings import baseline
from migrate_guard.findings.remedy import Place
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Look
from migrate_guard.history.record import Record
from migrate_guard.judging.lent import lend
from migrate_guard.judging.places import place
from migrate_guard.observing.session import Session
from migrate_guard.observing.subject import Means, Snapshot, Subject
from migrate_guard.protocol.messages import CHECK, Order, WriteOrder
from migrate_guard.protocol.observation import Observation
from migrate_guard.replay.replay_or_step import ReplayOrStep
from migrate_guard.repository import revisions, source, stashed
from migrate_guard.repository.source import Source
from migrate_guard.schema.verdict import confirm
from migrate_guard.scratch.starts import Start


class Case:
    """What is asked of a source. ``subject`` says what it is, ``environ`` are the variables of the environment.

    ``baseline`` is what the project has written down, ``accepted`` the fingerprints of what it accepts by that today.
    ``newest`` and ``old`` see ReplayOrStep; ``settings`` stand in for those of the source; ``before`` are the commits that it follows. Everything that looks at an environment, or reads what
    the settings name, raises GuardError.
    """

    def __init__(
        self,
        judged: Source,
        means: Means,
        python: str | None = None,
        newest: str | None = None,
        old: tuple[str, ...] | None = None,
        settings: config.Settings | None = None,
    ) -> None:
        self._means, self._python = means, python
        self.environ = means.environ
        settings = settings or config.read(judged.settings_files.get(config.FILE), means.environ, python)
        self.baseline = tuple(baseline.read(judged.settings_files.get(baseline.FILE)))
        today = datetime.date.today()
        self.accepted = frozenset(one.fingerprint for one in self.baseline if one.counts(today))
        found = environments.find(judged, settings.exclude, settings.environments)
        judged = _with_ignored_revisions(judged, found, means)
        made = Snapshot(judged, found, settings.overlay, means)
        self.subject = Subject(judged.repo, judged, settings, tuple(found), judged, made)
        self._looks = ReplayOrStep(self.subject, means, newest, old)
        self._old = old
        self._first: dict[tuple[str, Look | None], Look] = {}

    @property
    def before(self) -> tuple[str, ...]:
        return self._old or self.subject.source.parents()

    def at(self, commit: str, newest: str | None = None, alike: bool = False) -> "Case":
        """The same of a commit, by its id; ``alike``: with these settings, and what they name, not with its own.

        Raises CannotBeLent where what they name would change more.
        """
        judged = source.commit(self.subject.repo, commit)
        if not alike:
            return Case(judged, self._means, self._python, newest)
        folder, ours = self._means.workspace.folder("lent"), self.subject
        lent = lend(ours.source, judged, ours.environments, folder)
        return Case(lent, self._means, self._python, newest, settings=ours.settings)

    def history(self, environment: Environment) -> revisions.History:
        """Its revision files, as they read."""
        return revisions.history(self.subject.source, environment, self.environ)

    def first(self, environment: Environment, like: Look | None = None) -> Look:
        """What there is to see of ``environment``, and counts; it is looked at once. ``like`` see ReplayOrStep."""
        asked = (environment.name, like and replace(like, observation=None, failure=None))
        if asked not in self._first:
            self._first[asked] = self.again(environment, like)
        return self._first[asked]

    def again(self, environment: Environment, like: Look | None = None, order: Order = CHECK) -> Look:
        """The same in a look of its own."""
        look = self._looks.look(environment, order, like)
        return replace(look, observation=look.observation and self.counting(look.observation))

    @contextmanager
    def writing(self, environment: Environment, order: WriteOrder) -> Iterator[tuple[Session, Look]]:
        """A session that waits for orders, and what it has seen, as it was told. Raises GuardError."""
        with self._looks.session(environment, order) as found:
            yield found

    def apart(self, environment: Environment, starts: tuple[Start, ...] | None = None) -> Session:
        """See ReplayOrStep."""
        return self._looks.apart(environment, starts)

    def counting(self, seen: Observation) -> Observation:
        """Of ``seen``, as it was told, what counts, without what the project accepts."""
        return self.accept(confirm(seen))

    def accept(self, seen: Observation) -> Observation:
        """``seen`` without what the project, or its models, leave alone."""
        return baseline.apply(seen, self.accepted, self.subject.settings.by_application)

    def recalled(self, environment: Environment, tree: str) -> Record | None:
        """What was read of ``tree`` when ``environment`` was judged there, as here, and nothing was wrong.

        None where that is not known, or where code of the project asks git: what that answers is in no file.
        """
        workspace, root = self._means.workspace, self.subject.repo.root
        data = workspace.recall(root, self._key(environment, tree))
        if data is None or workspace.asks_git(root):
            return None
        files, folders = json.loads(data)
        return Record(frozenset(files), frozenset(folders))

    def remember(self, environment: Environment, record: Record) -> None:
        """Keep what was read of ``environment``, since nothing is wrong with it."""
        data = json.dumps([sorted(record.files), sorted(record.folders)]).encode()
        key = self._key(environment, self.subject.source.tree)
        self._means.workspace.remember(self.subject.repo.root, key, data)

    def _key(self, environment, tree):
        names = [one.name for one in self.subject.environments]
        text = repr((tree, environment, names, self.subject.settings, sorted(self.accepted)))
        return hashlib.sha256(text.encode()).hexdigest()

    def read(self, environment: Environment, seen: Observation) -> Record:
        """What was read when ``environment`` was ``seen``, by the project's code or by us."""
        own = [path for path in self.subject.source.entries if environment.holds(path)]
        named = [*own, environment.ini, environment.pyproject, *self.subject.named_files()]
        files, folders = (seen.inputs.files, seen.inputs.folders) if seen.inputs else ((), ())
        return Record(frozenset(filter(None, [*files, *named])), frozenset(folders))

    def places(self, scripts: Mapping[str, str]) -> dict[str, Place]:
        """Where the remedies of each environment are typed, by its name, as ``scripts`` are, see Look; of those seen."""
        prefix, found = self.subject.repo.prefix, self.subject.environments
        return {one.name: place(one, self.environ, scripts.get(one.name, ""), prefix) for one in found}

    def unstaged(self) -> set[str]:
        """The tracked files that differ from the index, also where a hook runner has put that aside."""
        return self.subject.repo.unstaged() | stashed.paths(self.subject.repo, self.environ)


def _with_ignored_revisions(judged, found, means):
    """On the working tree a revision counts when it is on disk, whatever git thinks of it."""
    if judged.kind != source.WORKING_TREE:
        return judged
    ignored = revisions.ignored(judged.repo, found, means.environ)
    return source.working_tree(judged.repo, means.workspace.folder("source"), ignored) if ignored else judged
