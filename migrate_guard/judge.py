"""The way of one source from git to a report: everything that is asked, in the order that costs least."""

import os
import re
from dataclasses import replace
from typing import NamedTuple

from migrate_guard import (
    advice,
    config,
    declarations,
    env_file,
    environments,
    full_disk,
    missing_module,
    no_environment,
    protocol,
    remedies,
    revisions,
    snapshot,
    source,
    stashed,
)
from migrate_guard.checks import find
from migrate_guard.checks.drift import message
from migrate_guard.checks.facts import Facts, identity
from migrate_guard.checks.unimported import candidates
from migrate_guard.errors import ConfigError, GuardError, ProjectError
from migrate_guard.findings import Report, Verdict
from migrate_guard.git import names
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import Revision
from migrate_guard.interpreter import find as find_interpreter
from migrate_guard.keeper import Keepers
from migrate_guard.project import MissingModule, MissingVariables, Worker, python_path
from migrate_guard.schema import verdict
from migrate_guard.scratch.ladder import Needs


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
        self._ladder = ladder
        self._environ = environ
        text = judged.read([config.FILE]).get(config.FILE)
        self.settings = config.read(text, environ, python)
        self.environments = environments.find(judged, self.settings.exclude, self.settings.environments)
        if judged.kind == source.WORKING_TREE:
            self._take_ignored_revisions()
        self._snapshot = None
        self._notes = {}
        self._scripts = ""
        self._loaded = {}
        self._observed_ahead = {}

    def _take_ignored_revisions(self):
        """On the working tree a revision counts when it is on disk, whatever git thinks of it."""
        ignored = revisions.ignored(self.repo, self.environments, self._environ)
        if ignored:
            self.source = source.working_tree(self.repo, self._workspace.folder("source"), ignored)

    def history(self, environment) -> revisions.History:
        return revisions.history(self.source, environment, self._environ)

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
            merge=remedies.merge(environment, self._environ, self._scripts),
            revision=remedies.revision(environment, self._environ, self._scripts, message(missing))
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
        return remedies.write(self._environ, "" if several else message(operations), staged)

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

    def unstaged_paths(self) -> set[str]:
        """The tracked files that differ from the index, also where a hook runner has put that aside."""
        on_disk = names(self.repo.plain("diff", "--name-only", "-z"))
        return {*on_disk, *stashed.paths(self.repo, self._environ)}

    def observe(self, environment, mode=protocol.CHECK, text="", head="") -> protocol.Observation:
        """What the project's own interpreter sees of ``environment``. Raises GuardError."""
        interpreter = find_interpreter(
            self.settings, self.repo, environments.upwards(environment.folder), self._environ
        )
        self._notes.update(dict.fromkeys(interpreter.notes))
        self._scripts = os.path.dirname(interpreter.command[0]) if len(interpreter.command) == 1 else ""
        folder = self._workspace.folder("observed")
        environ = {**self._environ, **self._variables()}
        keepers = Keepers(interpreter, environ, self.settings.timeout)
        databases = self._ladder.databases(self._needs(), keepers)
        try:
            # In this order: nobody is connected any more when the databases go.
            with databases, Worker(interpreter, os.path.join(folder, "log"), environ) as worker:
                start = protocol.Start(
                    root=self.snapshot(),
                    work=os.path.realpath(self.repo.root),
                    name=environment.name,
                    directory=environment.directory,
                    folder=environment.folder,
                    ini=environment.ini,
                    pyproject=environment.pyproject,
                    section=environment.section,
                    set_location=environment.set_location,
                    x=list(environment.x),
                    config=environment.config,
                    flask=environment.flask,
                    app=self.settings.app,
                    dialect=self._dialect(),
                    python_path=python_path(environ),
                    mode=mode,
                    two_databases=self.settings.judge == config.DATABASES,
                    message=text,
                    head=head,
                )
                try:
                    seen = worker.observe(start, databases, self.settings.timeout)
                    self._loaded[environment.name] = seen.loaded
                    verdict.judge(seen)
                    return seen
                except MissingModule as error:
                    error.hint = self._missing_module_hint(error.module)
                    raise
                except MissingVariables as error:
                    if not self.settings.env_file:
                        texts = self.source.read(env_file.candidates(self.source.entries))
                        read = {path: text.decode(errors="replace") for path, text in texts.items()}
                        error.hint = env_file.hint(read, error.asked, error.missing) or error.hint
                    raise
                except ProjectError as error:
                    error.hint = advice.for_env_py(error.cause, self.settings.scratch_setup) or error.hint
                    raise
        finally:
            self._notes.update(dict.fromkeys(databases.notices))

    def _variables(self):
        """Those that the settings give."""
        file = self.settings.env_file
        return {**(env_file.read(self._text(file, "env_file")) if file else {}), **self.settings.env}

    def _dialect(self):
        """The one that the setting engine names, where it is one alone."""
        named = {re.match(r"\w*", engine.strip())[0].lower() for engine in self.settings.engine}
        return named.pop() if len(named) == 1 else ""

    def _needs(self):
        setup = {dialect: self._sql(text) for dialect, text in self.settings.scratch_setup.items()}
        return Needs(self.settings.scratch_url, self.settings.engine, setup)

    def _sql(self, setup):
        """The text of a file of the source, where ``setup`` is the path of one."""
        path = setup.strip()
        if not path.endswith(".sql"):
            return setup
        return self._text(path, "scratch_setup")

    def _text(self, path, setting):
        """What the file of the source holds that ``setting`` names. Raises ConfigError."""
        text = self.source.read([path]).get(path)
        if text is None:
            raise ConfigError(
                f"{self.source.label} has no file {path}.",
                hint=f"{setting} in [tool.migrate-guard] names it: git add it, or mend the path.",
            )
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} cannot be read.", cause=str(error), hint="Save it as UTF-8.") from None

    def snapshot(self) -> str:
        if self._snapshot is None:
            folder = self._workspace.kept(self.repo.root)
            by_hand = self.source.kind == source.WORKING_TREE

            def hidden(path):  # a revision counts when git has it, or by hand
                return not by_hand and any(env.holds(path) for env in self.environments)

            made = snapshot.make(self.source, folder, self.settings.overlay, hidden)
            self._snapshot = os.path.realpath(made)
        return self._snapshot

    def _missing_module_hint(self, module):
        before = self._before()
        added = {}
        if before:
            options = ["--no-ext-diff", "--no-color", "-U0", before, self.source.tree]
            diff = self.repo.run(
                "diff", *options, "--", *missing_module.DEPENDENCY_FILES, **self.source.variables
            )
            added = missing_module.added_lines(diff.decode(errors="replace"))
        untracked = dict.fromkeys(self.repo.others("--exclude-standard"), "untracked")
        ignored = dict.fromkeys(self.repo.others("--ignored", "--exclude-standard", "--directory"), "ignored")
        return missing_module.hint(module, added, {**ignored, **untracked})

    def _before(self):
        """The commit that the source follows; None for a first one."""
        own = self.source.label if self.source.kind == source.REF else "HEAD"
        tree = self.repo.commit(f"{own}^{{tree}}")
        return self.repo.commit(f"{own}^" if tree == self.source.tree else own)

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
        report.notices += self._notes
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
        facts.environment.name, len(facts.graph.revisions), observation.tables, engines, versions, tuple(remarks),
        differ=bool(observation.operations or (facts.strict and observation.extras)),
    )  # fmt: skip
