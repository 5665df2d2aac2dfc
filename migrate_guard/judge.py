"""The way of one source from git to a report: everything that is asked, in the order that costs least."""

from dataclasses import replace
from typing import NamedTuple

from migrate_guard import (
    config,
    declarations,
    environments,
    full_disk,
    no_environment,
    protocol,
    remedies,
    revisions,
    source,
    stashed,
)
from migrate_guard.checks import find
from migrate_guard.checks.drift import message
from migrate_guard.checks.facts import Facts, identity
from migrate_guard.checks.unimported import candidates
from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings import Report, Verdict
from migrate_guard.git import names
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import Revision
from migrate_guard.observing import Observer


class Lacks(NamedTuple):
    """What a source has wrong: the identities of missing operations, and the paths of modules that nobody imports."""

    operations: frozenset = frozenset()
    unimported: frozenset = frozenset()


class Judge:
    """Judges one source; ``ladder`` gives scratch databases, ``workspace`` folders of our own."""

    def __init__(self, repo, judged, workspace, ladder, environ, python=None):
        self.repo = repo
        self.source = judged
        self._workspace = workspace
        self.environ = environ
        text = judged.read([config.FILE]).get(config.FILE)
        self.settings = config.read(text, environ, python)
        self.environments = environments.find(judged, self.settings.exclude, self.settings.environments)
        if judged.kind == source.WORKING_TREE:
            self._take_ignored_revisions()
        self.observer = Observer(
            repo, self.source, self.settings, self.environments, workspace, ladder, environ
        )
        self._loaded = {}
        self._observed_ahead = {}

    def _take_ignored_revisions(self):
        """On the working tree a revision counts when it is on disk, whatever git thinks of it."""
        ignored = revisions.ignored(self.repo, self.environments, self.environ)
        if ignored:
            self.source = source.working_tree(self.repo, self._workspace.folder("source"), ignored)

    def observe(self, environment, orders=None, **order) -> protocol.Observation:
        """See Observer."""
        seen = self.observer.observe(environment, orders, **order)
        self._loaded[environment.name] = seen.loaded
        return seen

    def history(self, environment) -> revisions.History:
        return revisions.history(self.source, environment, self.environ)

    def facts(self, environment, history, observation=None) -> Facts:
        graph = history.graph
        missing = observation.operations if observation else []
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
            write=self._write_command(missing) if missing else "",
            stage=self._stage_command(environment, missing) if missing else "",
            merge=remedies.merge(environment, self.environ, self.observer.scripts),
            revision=remedies.revision(environment, self.environ, self.observer.scripts, message(missing))
            if missing
            else "",
            strict=self.settings.strict,
            prefix=self.repo.prefix,
            scratch_setup=self.settings.scratch_setup,
            unimported=self._unimported(environment, observation),
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

    def _write_command(self, operations, several=False):
        changed = {operation.path for operation in operations}
        staged = self.source.kind == source.STAGED and bool(changed & self.unstaged_paths())
        return remedies.write(self.environ, "" if several else message(operations), staged)

    def join_command(self, environment) -> str:
        """What joins the heads of ``environment``, with a proof."""
        name = (environment.name or ".") if len(self.environments) > 1 else ""
        return remedies.join(self.environ, name, self.source.kind == source.STAGED)

    def _stage_command(self, environment, operations):
        """Where a new revision is staged and its models are not: what it would take for another one to undo it."""
        if self.source.kind != source.STAGED or not any(map(environment.holds, self._changed_paths())):
            return ""
        behind = {op.path for op in operations if op.history} & self.unstaged_paths()
        return remedies.add(sorted(behind), self.repo.prefix) if behind else ""

    def _changed_paths(self):
        head = self.repo.head()
        if head is None:
            return list(self.source.entries)
        return names(
            self.repo.plain(
                "diff-tree", "-r", "-z", "--name-only", head, self.source.tree, **self.source.variables
            )
        )

    def staged_paths(self) -> set[str]:
        """The files in which the index differs from the commit below it."""
        return set(names(self.repo.plain("diff", "--cached", "--name-only", "-z")))

    def unstaged_paths(self) -> set[str]:
        """The tracked files that differ from the index, also where a hook runner has put that aside."""
        on_disk = names(self.repo.plain("diff", "--name-only", "-z"))
        return {*on_disk, *stashed.paths(self.repo, self.environ)}

    def report(self, parent=None) -> Report:
        """Findings, failures and verdicts of every environment.

        ``parent(environment)`` gives what the parent commit has wrong already, as Lacks.
        """
        report, drifting = Report(self.source.label), []
        for environment in self.environments:
            try:
                drifting += self._judge(environment, report, parent)
            except GuardError as error:
                report.failures.append((environment.name, full_disk.explained(error)))
        report.failures += no_environment.unclaimed(self)
        report.notices += self.observer.notes
        self._suggest(report, drifting)
        return report

    def _suggest(self, report, drifting):
        """One command and one message for all that is missing; several environments get a message each."""
        if len(drifting) == 1:
            report.suggestion = message(drifting[0])
        elif drifting:
            command = self._write_command([op for operations in drifting for op in operations], several=True)
            report.findings = [
                replace(found, command=command) if found.written else found for found in report.findings
            ]

    def _judge(self, environment, report, parent):
        """Adds to ``report``; returns the operations that are missing, in a list that is empty where none are."""
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
        if parent and observation and (observation.operations or facts.unimported):
            old = parent(environment)
            facts = replace(facts, parent_operations=old.operations, parent_unimported=old.unimported)
            facts = replace(facts, write=self._write_command(facts.new_operations))
        facts = self.looked_at_again(facts)
        report.findings += find(facts)
        for entry in history.unreadable:
            report.notices.append(f"{entry.path}: {entry.why}; Alembic's own reading was used.")
        if observation and not observation.upgrade_failed:
            report.verdicts.append(_verdict(facts))
        return [facts.new_operations] if facts.new_operations else []

    def _require_no_models(self, environment):
        """Comparing nothing is no verdict where there are models."""
        declares = no_environment.declaring(self.source)
        if declares:
            raise ProjectError(
                f"{environment.directory}/env.py compares no table, but {declares} declares models.",
                hint="Import the models in env.py, and give their metadata as target_metadata.",
            )

    def lacks(self, name) -> Lacks:
        """What environment ``name`` has wrong here; nothing where it cannot tell."""
        for environment in self.environments:
            if environment.name == name:
                try:
                    seen = self.observe(environment)
                    unimported = self._unimported(environment, seen)
                except GuardError:
                    return Lacks()  # nothing is excused by a parent that cannot be judged
                return Lacks(
                    frozenset(map(identity, seen.operations)), frozenset(one.path for one in unimported)
                )
        return Lacks()


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
    return Verdict(
        facts.environment.name, len(facts.graph.revisions) - len(before), observation.tables, engines, versions, tuple(remarks),
        differ=bool(observation.operations or (facts.strict and observation.extras)), start=facts.start,
    )  # fmt: skip
