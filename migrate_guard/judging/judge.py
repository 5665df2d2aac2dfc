"""The way of one source from git to a report: everything that is asked, in the order that costs least."""

import datetime
from dataclasses import replace

from migrate_guard import config, environments, questions
from migrate_guard.advice import full_disk
from migrate_guard.checks import accepted, find
from migrate_guard.checks.drift import message, older_differences, stage, write
from migrate_guard.checks.facts import Facts, identity
from migrate_guard.checks.unimported import candidates, older_modules
from migrate_guard.environments import none_found
from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings import baseline, fingerprints
from migrate_guard.findings.finding import Report, Verdict
from migrate_guard.findings.remedy import Place, Request, Unanswered, Write
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import Revision
from migrate_guard.history.step import Step, in_a_line
from migrate_guard.judging.places import place
from migrate_guard.judging.scope import WORKING_TREE, Scope
from migrate_guard.observing.session import Observer
from migrate_guard.protocol.observation import Observation
from migrate_guard.replay.replay_or_step import Stepping
from migrate_guard.repository import declarations, revisions, source, stashed
from migrate_guard.repository.git import short


class Judge:
    """Judges one source; ``ladder`` gives scratch databases, ``workspace`` folders of our own.

    ``scope`` says what of it is old; ``steps``, of another Judge, see Stepping.
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
        self.observer = Observer(
            repo, self.source, self.settings, self.environments, workspace, ladder, environ
        )
        self._stepping = Stepping(self.observer, workspace, ladder, environ, scope.newest, steps)
        self._others = {}
        self._loaded = {}
        self._found = set()
        self._observed_ahead = {}

    def _take_ignored_revisions(self):
        """On the working tree a revision counts when it is on disk, whatever git thinks of it."""
        ignored = revisions.ignored(self.repo, self.environments, self.environ)
        if ignored:
            self.source = source.working_tree(self.repo, self._workspace.folder("source"), ignored)

    @property
    def steps(self) -> dict[str, Step | None]:
        """How each environment that was observed was judged; see Stepping."""
        return self._stepping.steps

    def observe(self, environment, orders=None, **order) -> Observation:
        """See Stepping; without what the project accepts."""
        seen = self.accept(self._stepping.observe(environment, orders=orders, **order))
        self._loaded[environment.name] = seen.loaded
        return seen

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
            step=self.steps.get(environment.name),
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
        adds, drops = (any(not getattr(op, side) for op in operations) for side in ("history", "models"))
        if not ((adds and drops) or any(op.history and op.models for op in operations)):
            return facts
        again = set(map(identity, self.observe(facts.environment).operations))
        return replace(facts, unsteady=frozenset(map(identity, operations)) - again)

    def places(self) -> dict[str, Place]:
        """Where the remedies of each environment are typed, by its name."""
        scripts = self.observer.scripts
        return {
            one.name: place(one, self.environ, scripts.get(one.name, ""), self.repo.prefix)
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
        report, drifting = Report(self.source.label, checkout=self._scope.checkout), []
        for environment in self.environments:
            try:
                drifting += self._judge(environment, report)
            except GuardError as error:
                report.failures.append((environment.name, full_disk.explained(error)))
        report.failures += none_found.unclaimed(self.source, self.settings.exclude, self.environments)
        report.whole = report.whole and not report.failures
        # in a hook, what has gone is no business of this commit's
        seen = self._found if report.whole and not self._scope.before else None
        report.findings += accepted.recorded(self.baseline, seen, self._today)
        report.notices += self.observer.notes
        report.places = self.places()
        self._suggest(report, drifting)
        return report

    def _suggest(self, report, drifting):
        """One command and one message for all that is missing; several environments get a message each."""
        if len(drifting) == 1:
            report.suggestion = message(drifting[0].new_operations)
        elif drifting:
            staged = any(write(facts).request.staged for facts in drifting)
            report.findings = [
                replace(found, remedy=Write(Request(staged=staged))) if found.written else found
                for found in report.findings
            ]

    def _judge(self, environment, report):
        """Adds to ``report``; returns the facts where operations are missing, in a list that is empty where none are."""
        history = self.history(environment)
        graph_stands = history.graph.replayable or not history.is_whole
        try:
            ahead = self._observed_ahead.pop(environment.name, None)
            observation = (ahead or self.observe(environment)) if graph_stands else None
        except GuardError:
            if history.is_whole:
                report.findings += find(self.facts(environment, history))
            raise
        if observation and not (observation.tables or observation.operations or observation.upgrade_failed):
            self._require_no_models(environment)
        facts = self.facts(environment, history, observation)
        if self._scope.before and observation and facts.has_new:
            facts = self._with_what_is_old(facts, report)
        facts = self.looked_at_again(facts)
        report.findings += find(facts)
        self._note(facts, report)
        report.questions += _unanswered(facts)
        for entry in history.unreadable:
            report.notices.append(f"{entry.path}: {entry.why}; Alembic's own reading was used.")
        if observation and not observation.upgrade_failed:
            report.verdicts.append(_verdict(facts))
        return [facts] if facts.new_operations else []

    def _note(self, facts, report):
        """What was there before, and what a baseline may be for."""
        name = f"{facts.environment.name}: " if len(self.environments) > 1 else ""
        report.older += [f"{name}{line}" for line in (older_differences(facts), older_modules(facts)) if line]
        if facts.observation is None or facts.observation.upgrade_failed:
            report.whole = False
            return
        place = f" ({facts.environment.name})" if len(self.environments) > 1 else ""
        for mark, what in accepted.recordable(facts).items():
            report.recordable.setdefault(mark, what + place)
        self._found |= accepted.found(facts)
        if facts.step:  # which does not show whether older drift has gone
            report.recordable = {**{one.fingerprint: one.what for one in self.baseline}, **report.recordable}
            self._found |= {one.fingerprint for one in self.baseline}

    def _require_no_models(self, environment):
        """Comparing nothing is no verdict where there are models."""
        declares = none_found.declaring(self.source)
        if declares:
            raise ProjectError(
                f"{environment.directory}/env.py compares no table, but {declares} declares models.",
                hint="Import the models in env.py, and give their metadata as target_metadata.",
            )

    def _with_what_is_old(self, facts, report):
        """Each old commit is asked, as long as anything is new; nothing is excused by one that cannot be judged."""
        facts = replace(facts, before=self._scope.before)
        for commit in self._scope.old:
            if not facts.has_new:
                break
            try:
                points, modules = self._of(commit).lacks(facts.environment)
            except GuardError as error:
                whose = "all that is found" if len(self._scope.old) == 1 else f"what only {short(commit)} has"
                report.notices.append(f"{whose} counts as new, since {_unknown(short(commit), error)}.")
            else:
                facts = replace(
                    facts,
                    parent_points=facts.parent_points | points,
                    parent_unimported=facts.parent_unimported | modules,
                )
        return facts

    def _of(self, commit):
        """The Judge of another commit, from where it can be judged as this source is."""
        if commit not in self._others:
            scope, steps = Scope(commit=commit), self.steps
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

    def lacks(self, environment) -> tuple[frozenset, frozenset]:
        """What the same environment has wrong here: its differences (fingerprints.Point), and the modules that nobody
        imports, by fingerprint. Raises GuardError where that cannot be told.
        """
        same = self._same(environment)
        if same is None:
            return frozenset(), frozenset()
        seen = self.observe(same)
        modules = self._unimported(same, seen)
        failed = seen.upgrade_failed
        if failed:
            raise ProjectError(f"revision {failed.revision} raises", cause=in_a_line(failed.error))
        marks = (fingerprints.of_module(one.tables) for one in modules)
        return frozenset(fingerprints.points(seen).values()), frozenset(marks)

    def _same(self, environment):
        """The one of that name, or the only one, whose folder was called otherwise here."""
        named = [one for one in self.environments if one.name == environment.name]
        return next(iter(named or (self.environments if len(self.environments) == 1 else [])), None)


def _unknown(label, error):
    first = (error.cause.splitlines() or [""])[0]
    said = ": ".join(filter(None, (error.message.rstrip("."), first.rstrip("."))))
    return f"{label} cannot be judged: {said}"


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
