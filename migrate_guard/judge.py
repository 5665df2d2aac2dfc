"""The way of one source from git to a report: everything that is asked, in the order that costs least."""

import os
import posixpath
import shlex
import shutil
import sys
from dataclasses import dataclass, replace

from migrate_guard import config, environments, missing_module, no_environment, protocol, snapshot, source
from migrate_guard.checks import CHECKS
from migrate_guard.checks.drift import message
from migrate_guard.checks.facts import DiskRevision, Facts, identity
from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings import Report, Verdict
from migrate_guard.git import names
from migrate_guard.history.graph import Graph
from migrate_guard.history.read import Unreadable, is_revision_file, read
from migrate_guard.history.revision import Revision
from migrate_guard.interpreter import find as find_interpreter
from migrate_guard.project import MissingModule, Worker
from migrate_guard.stashed import paths as stashed_paths

_DEPENDENCY_FILES = [
    f":(glob)**/{name}"
    for name in ("pyproject.toml", "*requirements*.txt", "requirements/*.txt", "setup.cfg", "setup.py", "Pipfile",
                 "environment.yml")
]  # fmt: skip


@dataclass(frozen=True)
class History:
    """The revision files of one environment as they read; ``unreadable`` ones only Alembic can tell."""

    graph: Graph
    unreadable: tuple[Unreadable, ...]
    on_disk: tuple[DiskRevision, ...]


class Judge:
    """Judges one source; ``ladder`` gives scratch databases, ``workspace`` folders of our own."""

    def __init__(self, repo, judged, workspace, ladder, environ, python=None):
        self.repo = repo
        self.source = judged
        self._workspace = workspace
        self._ladder = ladder
        self._environ = environ
        self._python = python
        text = judged.read([config.FILE]).get(config.FILE)
        self.settings = config.read(text, environ, python)
        self.environments = environments.find(judged, self.settings.exclude)
        if judged.kind == source.WORKING_TREE:
            self._take_ignored_revisions()
        self._snapshot = None

    def _take_ignored_revisions(self):
        """On the working tree a revision counts when it is on disk, whatever git thinks of it."""
        folders = [folder for env in self.environments for folder in env.versions]
        ignored = [
            p for p, state in self._states(folders).items() if state == "ignored" and p.endswith(".py")
        ]
        if ignored:
            self.source = source.working_tree(self.repo, self._workspace.folder("source"), ignored)

    # --- static: git and ast only

    def history(self, environment) -> History:
        paths = [path for path in self.source.entries if self._is_revision(environment, path)]
        entries = [read(path, text) for path, text in sorted(self.source.read(paths).items())]
        return History(
            Graph(entry for entry in entries if isinstance(entry, Revision)),
            tuple(entry for entry in entries if isinstance(entry, Unreadable)),
            tuple(self._on_disk(environment)),
        )

    @staticmethod
    def _is_revision(environment, path):
        return environment.holds(path) and is_revision_file(posixpath.basename(path))

    def _on_disk(self, environment):
        if self.source.kind == source.REF:
            return
        for path, state in self._states(environment.versions).items():
            file = os.path.join(self.repo.root, path)
            if not self._is_revision(environment, path) or not os.path.isfile(file):
                continue
            with open(file, "rb") as opened:
                revision = read(path, opened.read())
            if isinstance(revision, Revision):
                yield DiskRevision(path, revision.id, revision.down_revisions, state)

    def _states(self, folders):
        """How git sees each path below ``folders`` that differs from the index."""
        existing = [folder for folder in folders if os.path.isdir(os.path.join(self.repo.root, folder))]
        if not existing:
            return {}
        inside = tuple(f"{folder}/" for folder in folders)
        stashed = {path for path in stashed_paths(self.repo, self._environ) if path.startswith(inside)}
        return {
            **dict.fromkeys(stashed, "unstaged"),
            **dict.fromkeys(names(self.repo.plain("diff", "--name-only", "-z", "--", *existing)), "unstaged"),
            **dict.fromkeys(self._others("--exclude-standard", "--", *existing), "untracked"),
            **dict.fromkeys(self._others("--ignored", "--exclude-standard", "--", *existing), "ignored"),
        }

    def _others(self, *arguments):
        return names(self.repo.plain("ls-files", "--others", "-z", *arguments))

    def facts(self, environment, history, observation=None) -> Facts:
        graph = history.graph
        if history.unreadable and observation:
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
            write=self.write_command(observation.operations) if observation else "",
            merge=_merge_command(environment),
        )

    def write_command(self, operations) -> str:
        words = [own_command(self._environ), "fix"]
        changed = {operation.path for operation in operations}
        if self.source.kind == source.STAGED and changed & self._unstaged_paths():
            words.append("--staged")
        return " ".join([*words, "-m", _quoted(message(operations))])

    def _unstaged_paths(self):
        on_disk = names(self.repo.plain("diff", "--name-only", "-z"))
        return {*on_disk, *stashed_paths(self.repo, self._environ)}

    # --- in the project's interpreter

    def observe(self, environment, mode=protocol.CHECK, text="", head="") -> protocol.Observation:
        """What the project's own interpreter sees of ``environment``. Raises GuardError."""
        interpreter = find_interpreter(self.settings, self.repo, _starts(environment.folder), self._environ)
        folder = self._workspace.folder("observed")
        with Worker(interpreter, os.path.join(folder, "log"), self._environ) as worker:
            start = protocol.Start(
                root=self.snapshot(),
                work=os.path.realpath(self.repo.root),
                name=environment.name,
                folder=environment.folder,
                ini=environment.ini,
                pyproject=environment.pyproject,
                flask=environment.flask,
                app=self.settings.app,
                python_path=[p for p in self._environ.get("PYTHONPATH", "").split(os.pathsep) if p],
                mode=mode,
                message=text,
                head=head,
            )
            try:
                return worker.observe(start, self._ladder, self.settings.timeout)
            except MissingModule as error:
                error.hint = self._missing_module_hint(error.module)
                raise

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
        added = {}
        head = self.repo.head()
        if head:
            diff = self.repo.run(
                "diff", "--no-ext-diff", "--no-color", "-U0", head, self.source.tree, "--", *_DEPENDENCY_FILES,
                **self.source.variables,
            )  # fmt: skip
            path = ""
            for line in diff.decode(errors="replace").splitlines():
                if line.startswith("+++ b/"):
                    path = line[6:]
                elif line.startswith("+"):
                    added.setdefault(path, []).append(line)
        untracked = dict.fromkeys(self._others("--exclude-standard"), "untracked")
        ignored = dict.fromkeys(self._others("--ignored", "--exclude-standard", "--directory"), "ignored")
        return missing_module.hint(module, added, {**ignored, **untracked})

    # --- the report

    def report(self, parent=None) -> Report:
        """Findings, failures and verdicts of every environment. ``parent`` makes the Judge of the parent commit."""
        report = Report(self.source.label)
        for environment in self.environments:
            try:
                self._judge(environment, report, parent)
            except GuardError as error:
                report.failures.append((environment.name, error))
        return report

    def _judge(self, environment, report, parent):
        history = self.history(environment)
        graph_stands = history.graph.replayable or history.unreadable
        try:
            observation = self.observe(environment) if graph_stands else None
        except GuardError:
            if not history.unreadable:
                report.findings += _find(self.facts(environment, history))
            raise
        if observation and not (observation.tables or observation.operations or observation.upgrade_failed):
            self._require_no_models(environment)
        facts = self.facts(environment, history, observation)
        if parent and observation and observation.operations:
            facts = replace(facts, parent_operations=parent(environment))
        report.findings += _find(facts)
        if facts.new_operations and not report.suggestion:
            report.suggestion = message(observation.operations)
        for entry in history.unreadable:
            report.notices.append(f"{entry.path}: {entry.why}; Alembic's own reading was used.")
        if observation and not observation.upgrade_failed:
            report.verdicts.append(_verdict(environment, facts.graph, observation))

    def _require_no_models(self, environment):
        """Comparing nothing is no verdict where there are models."""
        declares = no_environment.declaring(self)
        if declares:
            raise ProjectError(
                f"{environment.name}/env.py compares no table, but {declares} declares models.",
                hint="Import the models in env.py, and give their metadata as target_metadata.",
            )

    def operations_of(self, name) -> frozenset:
        """The identities of the operations that environment ``name`` lacks here; empty where it cannot tell."""
        for environment in self.environments:
            if environment.name == name:
                try:
                    return frozenset(map(identity, self.observe(environment).operations))
                except GuardError:
                    return frozenset()  # nothing is excused by a parent that cannot be judged
        return frozenset()


def _find(facts):
    return [finding for check in CHECKS for finding in check(facts)]


def _verdict(environment, graph, observation):
    ready = observation.ready
    versions = f"Python {ready.python}, SQLAlchemy {ready.sqlalchemy}, Alembic {ready.alembic}"
    engines = ", ".join(dict.fromkeys(observation.engines))
    return Verdict(environment.name, len(graph.revisions), observation.tables, engines, versions)


def _starts(folder):
    starts = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        starts.append(folder)
    return starts


def _quoted(text):
    return shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'


def _merge_command(environment):
    if environment.flask:
        usual = posixpath.join(environment.folder, "migrations") == environment.name
        inner = posixpath.relpath(environment.name, environment.folder or ".")
        where = "" if usual else f"-d {shlex.quote(inner)} "
        merge = f'flask db merge {where}-m "merge heads" heads'
    else:
        ini = posixpath.basename(environment.ini)
        where = f"-c {shlex.quote(ini)} " if ini not in ("", "alembic.ini") else ""
        merge = f'alembic {where}merge -m "merge heads" heads'
    return f"cd {shlex.quote(environment.folder)} && {merge}" if environment.folder else merge


# What pre-commit and prek leave in an environment that they made for a hook.
_MADE_FOR_A_HOOK = (".install_state_v1", ".install_state_v2", ".prek-hook.json")


def own_command(environ) -> str:
    """How this command can be typed; an environment made for a hook is on the PATH of hooks alone."""
    own = os.path.join(sys.prefix, "bin")
    path = environ.get("PATH", "").split(os.pathsep)
    if any(os.path.exists(os.path.join(sys.prefix, mark)) for mark in _MADE_FOR_A_HOOK):
        path = [folder for folder in path if os.path.realpath(folder) != os.path.realpath(own)]
    here = os.path.join(own, "migrate-guard")
    if shutil.which("migrate-guard", path=os.pathsep.join(path)) or not os.path.exists(here):
        return "migrate-guard"
    return shlex.quote(here)
