"""The way of one source from git to a report: everything that is asked, in the order that costs least."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from migrate_guard import config, environments, questions
from migrate_guard.advice import full_disk
from migrate_guard.checks import accepted, find
from migrate_guard.checks.drift import older_differences, stage, write
from migrate_guard.checks.facts import Facts, Old
from migrate_guard.checks.unimported import candidates, older_modules
from migrate_guard.environments import none_found
from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings import baseline, fingerprints
from migrate_guard.findings.finding import Finding, Report, Verdict
from migrate_guard.findings.remedy import Place, Request, Unanswered, Write
from migrate_guard.history.environment import Environment, same
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import Revision
from migrate_guard.history.step import in_a_line
from migrate_guard.judging.old import with_old
from migrate_guard.judging.places import place
from migrate_guard.judging.scope import WORKING_TREE, Scope
from migrate_guard.observing.session import Session
from migrate_guard.observing.subject import Means, Snapshot, Subject
from migrate_guard.protocol.messages import CHECK, WriteOrder
from migrate_guard.protocol.observation import Observation
from migrate_guard.replay.replay_or_step import Look, ReplayOrStep
from migrate_guard.repository import declarations, revisions, source, stashed
from migrate_guard.schema.verdict import confirm
from migrate_guard.schema.words import message


@dataclass(frozen=True)
class _Part:
    """What one environment adds to the report, or what kept it from being judged (``failure``).

    ``whole``: all that there is has been seen; ``found`` are then the fingerprints of that.
    """

    findings: tuple[Finding, ...] = ()
    failure: GuardError | None = None
    facts: Facts | None = None
    notices: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    older: tuple[str, ...] = ()
    whole: bool = False
    found: frozenset[str] = frozenset()


class Judge:
    """Judges one source; ``ladder`` gives scratch databases, ``workspace`` folders of our own.

    ``scope`` says what of it is old; ``steps``, of another Judge, see ReplayOrStep.
    """

    def __init__(self, repo, judged, workspace, ladder, environ, python=None, scope=WORKING_TREE, steps=None):
        self.repo = repo
        self.source = judged
        self._workspace, self._ladder = workspace, ladder
        self._python = python
        self._scope = scope
        self.environ = environ
        self.settings = config.read(judged.settings_files.get(config.FILE), environ, python)
        self.baseline = baseline.read(judged.settings_files.get(baseline.FILE))
        self._today = datetime.date.today()
        self.accepted = frozenset(one.fingerprint for one in self.baseline if one.counts(self._today))
        self.environments = environments.find(judged, self.settings.exclude, self.settings.environments)
        if judged.kind == source.WORKING_TREE:
            self._take_ignored_revisions()
        means = Means(workspace, ladder, environ)
        made = Snapshot(self.source, self.environments, self.settings.overlay, means)
        self._subject = Subject(repo, self.source, self.settings, tuple(self.environments), self.source, made)
        self._looks = ReplayOrStep(self._subject, means, scope.newest, steps)
        self._steps, self._scripts, self._notes = {}, {}, {}
        self._others = {}
        self._loaded = {}
        self._observed_ahead = {}

    def _take_ignored_revisions(self):
        """On the working tree a revision counts when it is on disk, whatever git thinks of it."""
        ignored = revisions.ignored(self.repo, self.environments, self.environ)
        if ignored:
            self.source = source.working_tree(self.repo, self._workspace.folder("source"), ignored)

    def look(self, environment, order=CHECK) -> Look:
        """What there is to see of ``environment``: of that what counts, without what the project accepts."""
        look = self._looks.look(environment, order)
        self._notes.update(dict.fromkeys(look.notes))
        self._keep(environment, look)
        return replace(look, observation=look.observation and self.counting(look.observation))

    def observe(self, environment, order=CHECK) -> Observation:
        """See look. Raises GuardError."""
        return self.look(environment, order).seen()

    @contextmanager
    def writing(self, environment, order: WriteOrder) -> Iterator[tuple[Session, Observation]]:
        """A session that waits for orders, and what it has seen, as it was told. Raises GuardError."""
        with self._looks.session(environment, order) as (session, look):
            self._keep(environment, look)
            yield session, look.seen()

    def apart(self, environment, starts=None) -> Session:
        """See ReplayOrStep."""
        return self._looks.apart(environment, starts)

    def _keep(self, environment, look):
        self._scripts[environment.name] = look.scripts
        if look.observation:
            self._steps[environment.name] = look.step
            self._loaded[environment.name] = look.observation.loaded

    def counting(self, seen: Observation) -> Observation:
        """Of ``seen``, as it was told, what counts, without what the project accepts."""
        return self.accept(confirm(seen))

    def accept(self, seen: Observation) -> Observation:
        """``seen`` without what the project, or its models, leave alone."""
        return baseline.apply(seen, self.accepted)

    def history(self, environment) -> revisions.History:
        return revisions.history(self.source, environment, self.environ)

    def facts(self, environment, history, observation=None) -> Facts:
        graph = history.graph
        missing = observation and (observation.operations or (self.settings.strict and observation.extras))
        indexed = bool(missing) and self.source.kind == source.STAGED
        if observation and not (history.is_whole and graph.by_id.keys() >= {k.id for k in observation.known}):
            graph = Graph(
                Revision(k.id, tuple(k.down_revisions), tuple(k.branch_labels), tuple(k.depends_on), k.path)
                for k in observation.known
            )
        return Facts(
            environment,
            graph,
            heads=self.settings.heads,
            by_hand=self.source.kind == source.WORKING_TREE,
            on_disk=history.on_disk,
            observation=observation,
            unstaged=frozenset(self.unstaged_paths() if indexed else ()),
            brings_revision=indexed
            and any(map(environment.holds, self.source.changed_since(self.repo.head))),
            strict=self.settings.strict,
            scratch_setup=self.settings.scratch_setup,
            unimported=self._unimported(environment, observation),
            accepted=self.accepted,
            step=self._steps.get(environment.name),
        )

    def _unimported(self, environment, observation):
        if not (observation and observation.loaded):
            return ()
        imported = set(observation.loaded.modules.values())

        def wanted(path):
            return path not in imported and not self._is_out_of_scope(path)

        modules = declarations.find(self.source, wanted)
        if not candidates(modules, observation):
            return ()
        try:
            return tuple(candidates(modules, observation, self._loaded_elsewhere(environment)))
        except GuardError:
            return ()  # what the other environment has imported cannot be told; the report has why

    def _is_out_of_scope(self, path):
        """Excluded by the settings, or part of an environment: revisions declare tables all the time."""
        of_environment = any(
            env.holds(path) or path.startswith(f"{env.directory}/") for env in self.environments
        )
        return of_environment or environments.excluded(path, self.settings.exclude)

    def _loaded_elsewhere(self, environment):
        """What each of the other environments has imported. Raises GuardError."""
        for other in self.environments:
            if other.name not in {environment.name, *self._loaded}:
                self._observed_ahead[other.name] = self.observe(other)
        return [loaded for name, loaded in self._loaded.items() if loaded and name != environment.name]

    def looked_at_again(self, facts) -> Facts:
        """With what is unsteady: where a difference could come of the models saying another thing at each import."""
        operations = facts.new_operations
        directions = {operation.direction for operation in operations}
        if not ("alter" in directions or {"add", "drop"} <= directions):
            return facts
        again = {operation.identity for operation in self.observe(facts.environment).operations}
        return replace(facts, unsteady=frozenset(one.identity for one in operations) - again)

    def places(self) -> dict[str, Place]:
        """Where the remedies of each environment are typed, by its name."""
        return {
            one.name: place(one, self.environ, self._scripts.get(one.name, ""), self.repo.prefix)
            for one in self.environments
        }

    def staged_paths(self) -> set[str]:
        """The files in which the index differs from the commit below it."""
        return self.repo.staged()

    def unstaged_paths(self) -> set[str]:
        """The tracked files that differ from the index, also where a hook runner has put that aside."""
        return self.repo.unstaged() | stashed.paths(self.repo, self.environ)

    def report(self) -> Report:
        """Findings, failures and verdicts of every environment."""
        parts = [self._part(environment) for environment in self.environments]
        failures = [
            (name, part.failure) for name, part in zip(self._names, parts, strict=True) if part.failure
        ]
        failures += none_found.unclaimed(self.source, self.settings.exclude, self.environments)
        whole = not failures and all(part.whole for part in parts)
        # in a hook, what has gone is no business of this commit's
        found = (
            frozenset().union(*(part.found for part in parts)) if whole and not self._scope.before else None
        )
        drifting = [part.facts for part in parts if part.facts and part.facts.new_operations]
        findings = _in_one([one for part in parts for one in part.findings], drifting)
        return Report(
            self.source.label,
            findings=[*findings, *accepted.recorded(self.baseline, found, self._today)],
            failures=failures,
            verdicts=[verdict for part in parts for verdict in part.verdicts],
            notices=[*(notice for part in parts for notice in part.notices), *self._notes],
            suggestion=message(drifting[0].new_operations) if len(drifting) == 1 else "",
            older=[line for part in parts for line in part.older],
            recordable=self._recordable(parts),
            whole=whole,
            questions=[one for part in parts if part.facts for one in _unanswered(part.facts)],
            places=self.places(),
            checkout=self._scope.checkout,
        )

    @property
    def _names(self):
        return [environment.name for environment in self.environments]

    def _part(self, environment):
        try:
            history = self.history(environment)
            graph_stands = history.graph.replayable or not history.is_whole
            try:
                ahead = self._observed_ahead.pop(environment.name, None)
                observation = (ahead or self.observe(environment)) if graph_stands else None
            except GuardError as error:
                known = find(self.facts(environment, history)) if history.is_whole else []
                return _Part(tuple(known), failure=full_disk.explained(error))
            return self._judged(environment, history, observation)
        except GuardError as error:
            return _Part(failure=full_disk.explained(error))

    def _judged(self, environment, history, observation):
        """Raises GuardError."""
        if observation and not (observation.tables or observation.operations or observation.upgrade_failed):
            self._require_no_models(environment)
        facts, notices = self.facts(environment, history, observation), []
        if self._scope.before and observation and facts.has_new:
            facts, notices = with_old(facts, self._scope, len(self.environments) == 1, self._of)
        facts = self.looked_at_again(facts)
        notices += [f"{one.path}: {one.why}; Alembic's own reading was used." for one in history.unreadable]
        seen = bool(observation and not observation.upgrade_failed)
        name = f"{environment.name}: " if len(self.environments) > 1 else ""
        return _Part(
            tuple(find(facts)),
            facts=facts,
            notices=tuple(notices),
            verdicts=(_verdict(facts),) if seen else (),
            older=tuple(f"{name}{line}" for line in (older_differences(facts), older_modules(facts)) if line),
            whole=seen,
            found=self._found(facts) if seen else frozenset(),
        )

    def _found(self, facts):
        """The fingerprints of all that is there; a step does not show whether older drift has gone."""
        recorded = {one.fingerprint for one in self.baseline} if facts.step else ()
        return frozenset({*accepted.found(facts), *recorded})

    def _recordable(self, parts):
        """What a baseline may be for."""
        place = " ({})" if len(self.environments) > 1 else ""
        found = {}
        for part in parts:
            for mark, what in accepted.recordable(part.facts).items() if part.whole else ():
                found.setdefault(mark, what + place.format(part.facts.environment.name))
        steps = any(part.whole and part.facts.step for part in parts)
        return {**({one.fingerprint: one.what for one in self.baseline} if steps else {}), **found}

    def _require_no_models(self, environment):
        """Comparing nothing is no verdict where there are models."""
        declares = none_found.declaring(self.source)
        if declares:
            raise ProjectError(
                f"{environment.directory}/env.py compares no table, but {declares} declares models.",
                hint="Import the models in env.py, and give their metadata as target_metadata.",
            )

    def _of(self, commit):
        """The Judge of another commit, from where it can be judged as this source is."""
        if commit not in self._others:
            scope, steps = Scope(commit=commit), self._steps
            if any(step and not self._holds(commit, step) for step in steps.values()):
                # another side of a merge, where that step leads nowhere: from where the two have parted
                scope, steps = scope._replace(newest=self.repo.common(self._scope.old[0], commit)), None
            self._others[commit] = Judge(
                self.repo, source.commit(self.repo, commit), self._workspace, self._ladder, self.environ, self._python,
                scope, steps,
            )  # fmt: skip
        return self._others[commit]

    def _holds(self, commit, step):
        return self.repo.common(step.commit, commit) == step.commit

    def lacks(self, environment: Environment, alone: bool) -> Old:
        """What the same environment has wrong here. Raises GuardError where that cannot be told."""
        found = same(environment, self.environments, alone)
        if found is None:
            return Old()
        seen = self.observe(found)
        modules = self._unimported(found, seen)
        failed = seen.upgrade_failed
        if failed:
            raise ProjectError(f"revision {failed.revision} raises", cause=in_a_line(failed.error))
        marks = frozenset(fingerprints.of_module(one.tables) for one in modules)
        return Old(points=frozenset(fingerprints.points(seen).values()), unimported=marks)


def _in_one(findings, drifting):
    """One command for all that is missing; several environments get a message each."""
    if len(drifting) < 2:
        return findings
    remedy = Write(Request(staged=any(write(facts).request.staged for facts in drifting)))
    return [replace(one, remedy=remedy) if one.written else one for one in findings]


def _unanswered(facts):
    asked = questions.find(facts.new_operations, facts.observation.described) if facts.observation else []
    if asked and not stage(facts):
        yield Unanswered(facts.environment.name, tuple(asked), write(facts, several=True))


def _verdict(facts):
    observation, ready = facts.observation, facts.observation.ready
    before = facts.graph.before([start.revisions if start else [] for start in observation.starts])
    versions = f"Python {ready.python}, SQLAlchemy {ready.sqlalchemy}, Alembic {ready.alembic}"
    engines = ", ".join(dict.fromkeys(observation.engines))
    remarks = [
        f"autogenerate's opinion alone, since no database can be built from the models: {one.error}"
        for one in observation.not_built
    ]
    if observation.overruled:
        remarks.append(f"{observation.overruled} of autogenerate's points are none to the database")
    if observation.left_out:
        remarks.append(f"{observation.left_out} left out by env.py")
    known = accepted.left_alone(facts)
    if known:
        remarks.append(f"{known} accepted in {baseline.FILE}")
    if observation.ignored:
        remarks.append(f"{len(observation.ignored)} ignored by the models themselves")
    if facts.step:
        before = facts.step.revisions & facts.graph.by_id.keys()
        remarks.append(facts.step.said)
    return Verdict(
        facts.environment.name, len(facts.graph.revisions) - len(before), observation.tables, engines, versions, tuple(remarks),
        differ=bool(observation.operations or (facts.strict and observation.extras)), start=facts.start,
    )  # fmt: skip
