"""Replay, or step: how the history of each environment is judged, and from where; all observations go by it."""

import os
from dataclasses import replace

from migrate_guard import config
from migrate_guard.advice import database
from migrate_guard.advice.conflicts import NOT_THERE, THERE, conflict
from migrate_guard.errors import ProjectError, StepError
from migrate_guard.history.step import Step, why
from migrate_guard.observing.session import Observer
from migrate_guard.protocol import messages, observation
from migrate_guard.replay.ancestors import Ancestors

_START = """\
let the replay begin with a dump of a database that has the past:
migrate-guard scratch dump --url URL --at {0} > schema.sql
start = {{revision = "{0}", sql = "schema.sql"}} in [tool.migrate-guard]"""


class Stepping:
    """Observes the environments of one source.

    ``steps`` has for each environment that was observed, by its name, the Step that was judged, or None for a replay.
    ``given`` are those of another source, to which this one is held. ``newest`` is the newest commit that a step may start from, by default
    the source's parent.
    """

    def __init__(self, observer, workspace, ladder, environ, newest=None, given=None):
        self._observer = observer
        self._workspace, self._ladder, self._environ = workspace, ladder, environ
        self._ancestors = Ancestors(observer.repo, observer.source, observer.settings, newest)
        self._folder = ""
        self._models = {}
        self._given = {} if given is None else given
        self.steps = {}

    def observe(self, environment, **order) -> observation.Observation:
        """See Observer. Raises GuardError, among them StepError where no commit will do to start from."""
        if order.get("mode") in (messages.DUMP, messages.MERGE):  # neither says how the history is judged
            return self._observer.observe(environment, **order)
        if environment.name in self._given:
            self.steps[environment.name] = self._given[environment.name]
        if environment.name not in self.steps:
            seen = self._decide(environment, order)
            if seen:
                return seen
        step = self.steps[environment.name]
        return self._run(environment, step, order) if step else self._observer.observe(environment, **order)

    def _decide(self, environment, order):
        """Sets ``steps``; returns what was seen on the way, None where that has to be looked at."""
        history, seen = self._observer.settings.history, None
        if history != config.STEP:
            seen = self._observer.observe(environment, **order)
        step = None
        if history == config.STEP or (history == config.AUTO and self._proves_nothing(seen)):
            step = self._first(environment, seen)
        if step:
            self._take_back(seen)
            return self._move(environment, step, order)
        self.steps[environment.name] = None
        return seen

    def _proves_nothing(self, seen):
        failed = seen.upgrade_failed
        if any(seen.starts) or not (failed or seen.built):
            return False
        # What a line of scratch_setup mends can be replayed.
        return not (failed and database.for_env_py(failed.error, self._observer.settings.scratch_setup))

    def _first(self, environment, seen):
        """The first Step to try, None where the replay has the last word."""
        first = next(self._starts(environment), None)
        if first is None:
            self._require_depth(seen)
            self._note_the_start(seen)
            return None
        start, edited = first
        because = why(seen, start.revisions) if seen else ""
        if seen and not because:
            self._note_the_setting(seen, start)
            return None
        return Step(start.commit, start.revisions, edited, because, tuple(seen.built) if seen else ())

    def _note_the_start(self, seen):
        """Where nothing came before a first revision that alters tables, only the next commit has a step."""
        failed = seen.upgrade_failed if seen else None
        met = conflict(failed.error) if failed else None
        first = failed and any(
            known.id == failed.revision and not known.down_revisions for known in seen.known
        )
        if first and met and met.state == NOT_THERE:
            notice = (
                f"no commit before this one has this history, so there is no step to judge. Where create_all() has made "
                f"{met.object} in life, let this commit pass once (SKIP=migrate-guard git commit ...): the next one has a "
                "step. Or begin with a dump: migrate-guard scratch dump --url URL."
            )
            self._observer.notes[notice] = None

    def _note_the_setting(self, seen, start):
        """Where the revisions before make nothing, as an empty first one does, the replay fails at the first new one."""
        failed = seen.upgrade_failed
        met = conflict(failed.error) if failed else None
        if met and met.state == NOT_THERE:
            notice = (
                f'where create_all() has made {met.object} in life, and no revision: history = "step" in '
                f"[tool.migrate-guard] judges on what the models of {start.commit[:8]} make."
            )
            self._observer.notes[notice] = None

    def _starts(self, environment):
        return self._ancestors.starts(
            environment,
            len(self._observer.environments) == 1,
            lambda start: self._models.get((environment.name, start.commit), ()),
        )

    def _move(self, environment, first, order):
        tried = None
        for count, (start, _) in enumerate(self._starts(environment), 1):
            step = replace(first, commit=start.commit, revisions=start.revisions)
            self.steps[environment.name] = step
            seen = self._run(environment, step, order)
            failed = seen.upgrade_failed
            met = conflict(failed.error) if failed else None
            if not met:
                return seen
            tried = (step, count, seen, met)
            if not met.held:
                break
        del self.steps[environment.name]
        raise _could_not(*tried, self._observer.settings.scratch_setup)

    def _run(self, environment, step, order):
        start = self._ancestors.at(step.commit, environment, len(self._observer.environments) == 1)
        if start is None:
            raise StepError(f"could not step: {step.short} does not hold {environment.name}.")

        def begin(databases):
            self._begin(environment, start, step, databases)

        return self._observer.observe(environment, begin=begin, starts=(), **order)

    def _begin(self, environment, start, step, databases):
        observer = Observer(
            self._observer.repo, start.source, self._observer.settings, [start.environment],
            self._workspace, self._ladder, self._environ, self._observer.source, self._kept(),
        )  # fmt: skip
        try:
            loaded = observer.begin(start.environment, databases).loaded
        except ProjectError as error:
            raise ProjectError(
                f"the step starts from the models of {step.short}{_since(step)}, and that commit cannot be run: "
                f"{error.message}",
                cause=error.cause,
                hint=_hint(error.hint, next(iter(start.heads), "REV")),
            ) from error
        modules = loaded.modules if loaded else {}
        self._models[environment.name, step.commit] = [
            modules[name] for name in loaded.sources if name in modules
        ]

    def _kept(self):
        """One folder for the snapshots of all ancestors: only one of them is looked at a time."""
        if not self._folder:
            self._folder = self._workspace.kept(self._observer.repo.root)
        return self._folder

    def _take_back(self, seen):
        """What was written on top of a replay that proves nothing."""
        for path in seen.written if seen else ():
            os.unlink(os.path.join(self._observer.snapshot(), path))

    def _require_depth(self, seen):
        failed = seen.upgrade_failed if seen else None
        if not failed or not conflict(failed.error):
            return
        if self._observer.repo.is_shallow:
            raise StepError(
                f"could not step: revision {failed.revision} fails on an empty database, and this clone is too shallow "
                "to know what was there before.",
                cause=failed.error,
                hint="Fetch more of the history: git fetch --unshallow, or fetch-depth: 0 where CI checks it out.",
            )


def _since(step):
    edited = ", ".join(step.edited)
    return f", since revision {edited} is not what it was after that" if edited else ""


def _hint(first, revision):
    way_out = _START.format(revision)
    return f"{first}\nOr: {way_out}" if first else way_out[0].upper() + way_out[1:]


def _could_not(step, count, seen, met, setup):
    failed = seen.upgrade_failed
    if met.state == THERE:
        tried = f"{count} commits tried, back to {step.short}" if count > 1 else step.short
        fact = f"revision {failed.revision} makes {met.object}, which is there already (from {tried})"
    else:
        fact = (
            f"revision {failed.revision} asks for {met.object}, which the models of {step.short} do not make"
        )
    below = [known.down_revisions for known in seen.known if known.id == failed.revision]
    at = next((down[0] for down in below if down), "REV")
    return StepError(
        f"could not step: {fact}.",
        cause=failed.error,
        hint=_hint(database.for_revision(failed.error, setup) or "Mend the revision, where it is wrong.", at),
    )
