"""Who broke the replay: the earlier commits whose own migrations still run on an empty database."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrate_guard.errors import GitAsked, GuardError
from migrate_guard.history.environment import Environment
from migrate_guard.observing.session import Session
from migrate_guard.observing.subject import Means, Snapshot, Subject
from migrate_guard.protocol.messages import ReplayOrder
from migrate_guard.replay.ancestors import Ancestor, Ancestors

# A replay each; the distance is halved by every one, so that these do for a thousand commits
_MOST = 12
_FILE = "replays"


@dataclass(frozen=True)
class Search:
    """``good`` is the newest commit that is known to replay, None where none is. ``bad`` is the oldest after it that is
    known not to, None where that is what is judged; ``next_to_it``: there is no commit between the two.
    """

    good: str | None = None
    bad: str | None = None
    next_to_it: bool = False


def search(commits: Sequence[str], runs: Callable[[str], bool], most: int = _MOST) -> Search:
    """Among ``commits``, the newest first, where the replay broke; it asks ``runs`` of ``most`` of them at the most.

    The oldest comes second: where it does not replay either, nothing was broken on the way.
    """
    if not commits:
        return Search()
    if runs(commits[0]):
        return Search(commits[0], None, True)
    if len(commits) == 1 or not runs(commits[-1]):
        return Search()
    bad, good, asked = 0, len(commits) - 1, 2
    while good - bad > 1 and asked < most:
        middle, asked = (bad + good) // 2, asked + 1
        if runs(commits[middle]):
            good = middle
        else:
            bad = middle
    return Search(commits[good], commits[bad], good - bad == 1)


class Replays:
    """Whether the history of an earlier commit can be replayed; what was found is remembered for the repository.

    ``folder`` is where its snapshots are made. A replay in which the models have built something proves nothing.
    """

    def __init__(self, subject: Subject, means: Means, ancestors: Ancestors, folder: str) -> None:
        self._subject, self._means, self._ancestors, self._folder = subject, means, ancestors, folder
        self._alone = len(subject.environments) == 1

    def run(self, commit: str, environment: Environment, revision: str) -> bool:
        """Whether all revisions of ``commit`` ran, and none up to ``revision`` was built from the models."""
        start = self._ancestors.at(commit, environment, self._alone)
        if start is None:
            return False
        key, known = self._key(start, revision), self._known()
        if key not in known:
            answer = self._replayed(start, revision)
            if answer is None:
                return False
            known[key] = answer
            with open(self._file, "w") as file:
                json.dump(known, file)
        return known[key]

    def _replayed(self, start: Ancestor, revision: str) -> bool | None:
        """None where that cannot be told, as where the code of then does not run with what is installed now."""
        subject = earlier(self._subject, self._means, start, self._folder)
        try:
            with Session(subject, self._means, start.environment) as session:
                seen = session.look(ReplayOrder())
        except GitAsked:
            raise
        except GuardError:
            return None
        before = start.graph.before([[revision]]) if revision in start.graph.by_id else {*start.graph.by_id}
        vacuous = any(not built.revision or built.revision in before for built in seen.built)
        return not (seen.upgrade_failed or vacuous)

    def _key(self, start, revision):
        """The dependencies may change without any of it: `scratch clean` forgets what is known."""
        environ, settings = self._means.environ, self._subject.settings
        named = [environ.get(name) for name in ("MIGRATE_GUARD_PYTHON", "VIRTUAL_ENV")]
        text = repr((start.source.tree, start.environment, revision, settings, named))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def _file(self):
        return os.path.join(self._folder, _FILE)

    def _known(self):
        try:
            with open(self._file) as file:
                known = json.load(file)
        except (FileNotFoundError, ValueError):  # none yet, or written by a run that was killed
            return {}
        return known


def earlier(subject: Subject, means: Means, start: Ancestor, folder: str) -> Subject:
    """The commit ``start``, with a snapshot in ``folder``; the files that settings name are those of what is judged."""
    found = (start.environment,)
    made = Snapshot(start.source, found, subject.settings.overlay, means, folder)
    return Subject(subject.repo, start.source, subject.settings, found, subject.source, made)
