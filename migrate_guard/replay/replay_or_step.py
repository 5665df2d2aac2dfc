"""Replay, or step: how the history of each environment is judged, and from where; all looks go by it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from migrate_guard import config
from migrate_guard.advice import database
from migrate_guard.advice.conflicts import NOT_THERE, THERE, Conflict, conflict
from migrate_guard.errors import GitAsked, GuardError, ProjectError, StepError
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Broken, Look
from migrate_guard.history.step import Step, is_of_settings, why
from migrate_guard.observing.session import Session
from migrate_guard.observing.subject import Means, Subject
from migrate_guard.protocol.messages import CHECK, Order
from migrate_guard.protocol.observation import Observation
from migrate_guard.replay.ancestors import Ancestors
from migrate_guard.replay.breakage import Replays, earlier, search
from migrate_guard.repository.git import short
from migrate_guard.scratch.starts import Start

_START = """\
let the replay begin with a dump of a database that has the past:
migrate-guard scratch dump --url URL --at {0} > schema.sql
start = {{revision = "{0}", sql = "schema.sql"}} in [tool.migrate-guard]"""

_SETTINGS = """\
Give it what it has in your environment, in [tool.migrate-guard]: env = {NAME = "value"}, env_file = ".env.example",
or app = "package:create_app()" for Flask."""


@dataclass
class _Course:
    """One look: what it is to be, what is open, and what there has been in the course of it.

    ``models`` are the files that declare the models, by the commits that were tried.
    """

    environment: Environment
    order: Order
    opened: ExitStack
    sessions: list[Session] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    step: Step | None = None
    broken: Broken | None = None
    models: dict[str, list[str]] = field(default_factory=dict)

    def look(self, observation=None, failure=None):
        notes = [note for session in self.sessions for note in session.notes]
        scripts = self.sessions[-1].scripts if self.sessions else ""
        told = tuple(dict.fromkeys([*notes, *self.notices]))
        return Look(observation, self.step, told, scripts, failure, self.broken)


class ReplayOrStep:
    """Looks at the environments of one source; each look decides for itself whether by replay or step.

    ``newest`` is the newest commit that a step may start from, by default the source's parent. A revision that fails, and
    that the start holds, is old where one of the commits ``before`` has it fail too; where there are none, the commit that
    broke it is looked for. With None it is old in any case.
    """

    def __init__(
        self, subject: Subject, means: Means, newest: str | None = None, before: tuple[str, ...] | None = None
    ) -> None:
        self._subject, self._means = subject, means
        self._before = before
        self._ancestors = Ancestors(subject.repo, subject.source, subject.settings, newest)

    def look(self, environment: Environment, order: Order = CHECK, like: Look | None = None) -> Look:
        """What there is to see of ``environment``, by replay or step as ``like`` was, where it is given.

        What keeps it from being seen, GuardError, is part of the answer.
        """
        course = _Course(environment, order, ExitStack(), step=like.step if like else None)
        try:
            with course.opened:
                _, seen = self._held(course) if like else self._decide(course)
        except GitAsked:
            return self.look(environment, order, like)  # with a repository now
        except GuardError as error:
            return course.look(failure=error)
        return course.look(seen)

    @contextmanager
    def session(self, environment: Environment, order: Order) -> Iterator[tuple[Session, Look]]:
        """A session in which ``order`` has been followed, and what was seen. Raises GuardError."""
        course = _Course(environment, order, ExitStack())
        with course.opened:
            try:
                session, seen = self._decide(course)
            except GitAsked:  # with a repository now
                course.opened.close()
                course = replace(course, sessions=[], notices=[], step=None, broken=None, models={})
                session, seen = self._decide(course)
            yield session, course.look(seen)

    def apart(self, environment: Environment, starts: tuple[Start, ...] | None = None) -> Session:
        """A session for an order that says nothing of how the history is judged; ``starts`` see Session."""
        return Session(self._subject, self._means, environment, starts)

    def _held(self, course):
        """(the session that is open, what was seen). Raises GuardError."""
        return self._run(course) if course.step else self._replay(course)

    def _replay(self, course):
        session = self._entered(course)
        return session, _of_a_database(session.look(course.order))

    def _entered(self, course, starts=None):
        session = course.opened.enter_context(self.apart(course.environment, starts))
        course.sessions.append(session)
        return session

    def _decide(self, course):
        """The same, also where no commit will do to start from."""
        history, session, seen = self._subject.settings.history, None, None
        if history != config.STEP:
            session, seen = self._replay(course)
        step = None
        if history == config.STEP or (history == config.AUTO and self._proves_nothing(seen)):
            step = self._first(seen, course)
        if step:
            course.opened.close()
            course.broken = self._broken(seen, course.environment)
            if not course.broken:
                return self._move(step, course)
        return session, seen

    def _broken(self, seen, environment):
        """None where the failure is old, or nobody asks."""
        failed = seen.upgrade_failed if seen else None
        if not failed or self._before is None:
            return None
        replays = Replays(self._subject, self._means, self._ancestors, self._folder)

        def runs(commit):
            return replays.run(commit, environment, failed.revision)

        # by hand only a merge has its answer at once
        sides = self._before or self._subject.source.parents()
        if self._before or len(sides) > 1:
            alone = len(self._subject.environments) == 1
            before = self._ancestors.whole(sides, environment, alone)
            return Broken(tuple(map(self._named, before))) if before and all(map(runs, before)) else None
        found = search(self._subject.repo.since(self._subject.source.parent(), failed.path), runs)
        if not found.good:
            return None
        by = self._named(found.bad) if found.bad else ""
        return Broken((self._named(found.good),), by, not found.next_to_it)

    def _named(self, commit):
        return f"{short(commit)} ({self._subject.repo.first_line(commit)})"

    def _proves_nothing(self, seen):
        failed = seen.upgrade_failed
        if any(seen.starts) or not (failed or seen.built):
            return False
        # What a line of scratch_setup mends can be replayed.
        return not (failed and database.for_env_py(failed.error, self._subject.settings.scratch_setup))

    def _first(self, seen, course):
        """The first Step to try, None where the replay has the last word."""
        first = next(self._starts(course), None)
        if first is None:
            self._require_depth(seen)
            self._note_the_start(seen, course)
            return None
        start, edited = first
        because = why(seen, start.revisions) if seen else ""
        if seen and not because:
            self._note_the_setting(seen, start, course)
            return None
        return Step(start.commit, start.revisions, edited, because, seen.built if seen else ())

    def _note_the_start(self, seen, course):
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
            course.notices.append(notice)

    def _note_the_setting(self, seen, start, course):
        """Where the revisions before make nothing, as an empty first one does, the replay fails at the first new one."""
        failed = seen.upgrade_failed
        met = conflict(failed.error) if failed else None
        if met and met.state == NOT_THERE:
            notice = (
                f'where create_all() has made {met.object} in life, and no revision: history = "step" in '
                f"[tool.migrate-guard] judges on what the models of {start.commit[:8]} make."
            )
            course.notices.append(notice)

    def _starts(self, course):
        return self._ancestors.starts(
            course.environment,
            len(self._subject.environments) == 1,
            lambda start: course.models.get(start.commit, ()),
        )

    def _move(self, first, course):
        tried: tuple[Step, int, Observation, Conflict] | None = None
        for count, (start, _) in enumerate(self._starts(course), 1):
            step = replace(first, commit=start.commit, revisions=start.revisions)
            course.step = step
            session, seen = self._run(course)
            failed = seen.upgrade_failed
            met = conflict(failed.error) if failed else None
            if not met:
                return session, seen
            course.opened.close()
            tried = (step, count, seen, met)
            if not met.held:
                break
        course.step = None
        assert tried, "the first of them was"
        step, count, seen, met = tried
        raise _could_not(step, count, seen, met, self._subject.settings.scratch_setup)

    def _run(self, course):
        environment, step = course.environment, course.step
        start = self._ancestors.at(step.commit, environment, len(self._subject.environments) == 1)
        if start is None:
            raise StepError(f"could not step: {step.short} does not hold {environment.name}.")
        session = self._entered(course, starts=())
        course.models[step.commit] = self._begin(session, start, step)
        return session, _of_a_database(session.look(course.order))

    def _begin(self, session, start, step):
        """The files that declare the models which it starts from."""
        try:
            loaded = session.begin(
                earlier(self._subject, self._means, start, self._folder), start.environment
            ).loaded
        except GitAsked:
            raise
        except ProjectError as error:
            raise ProjectError(
                f"the step starts from the models of {step.short}{_since(step)}, and that commit cannot be run: "
                f"{error.message}",
                cause=error.cause,
                hint=_hint(error.hint, next(iter(start.heads), "REV")),
            ) from error
        modules = loaded.modules if loaded else {}
        return [modules[name] for name in loaded.sources if name in modules] if loaded else []

    @cached_property
    def _folder(self):
        """One for the snapshots of all ancestors: only one of them is looked at a time."""
        return self._means.workspace.kept(self._subject.repo.root)

    def _require_depth(self, seen):
        failed = seen.upgrade_failed if seen else None
        if not failed or not conflict(failed.error):
            return
        if self._subject.repo.is_shallow:
            raise StepError(
                f"could not step: revision {failed.revision} fails on an empty database, and this clone is too shallow "
                "to know what was there before.",
                cause=failed.error,
                hint="Fetch more of the history: git fetch --unshallow, or fetch-depth: 0 where CI checks it out.",
            )


def _of_a_database(seen):
    """``seen``; raises ProjectError where a revision failed for the lack of a setting, which no database has."""
    failed = seen.upgrade_failed
    if not (failed and is_of_settings(failed.error)):
        return seen
    place = f"{failed.path}:{failed.line}" if failed.line else failed.path
    raise ProjectError(
        f"{place}: migration {failed.revision} needs more of the application than a database.",
        cause=failed.error,
        hint=_SETTINGS,
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
