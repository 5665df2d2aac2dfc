"""What the project's own interpreter sees of a source: the snapshot, the worker, the scratch databases."""

import os
import re

from migrate_guard import config, environments
from migrate_guard.advice import database, env_file, missing_module
from migrate_guard.errors import ConfigError, ProjectError
from migrate_guard.interpreter import find as find_interpreter
from migrate_guard.observing.keeper import Keepers
from migrate_guard.observing.process import python_path
from migrate_guard.observing.worker import MissingModule, MissingVariables, Worker
from migrate_guard.protocol import messages, observation
from migrate_guard.repository import snapshot, source
from migrate_guard.schema import verdict
from migrate_guard.scratch.ladder import Needs
from migrate_guard.scratch.starts import Start


class Observer:
    """Of one source; ``ladder`` gives scratch databases, ``workspace`` folders of our own.

    ``environments`` are those of the source. ``notes`` is what a person may want to know about what was seen,
    ``scripts`` the folder where the interpreter of each observed environment keeps commands, by its name, "" where
    that is not known. ``named_in`` is the
    source that holds the files which the settings name, ``folder`` the one to keep the snapshot in; both as a rule the
    source's own.
    """

    def __init__(
        self, repo, judged, settings, environments, workspace, ladder, environ, named_in=None, folder=""
    ):
        self.repo, self.source, self.settings = repo, judged, settings
        self.environments = environments
        self._workspace, self._ladder, self._environ = workspace, ladder, environ
        self._named_in = named_in or judged
        self._folder = folder
        self._snapshot = None
        self.notes = {}
        self.scripts = {}

    def observe(
        self, environment, orders=None, then=None, starts=None, begin=None, **order
    ) -> observation.Observation:
        """What there is to see of ``environment``, and what the databases make of it. Raises GuardError.

        ``order`` are fields of protocol.Start. ``orders`` is a function of what was seen so far that gives the Orders
        for the missing revision, where one is to be written. ``then`` is called with what was seen and the Databases
        as long as these are there. ``starts`` takes the place of the setting start. ``begin`` is a
        function of the scratch databases that makes what the history is replayed on.
        """
        interpreter, environ = self._interpreter(environment), self._variables()
        databases = self._ladder.databases(
            self._needs(environment, starts), Keepers(interpreter, environ, self.settings.timeout)
        )
        try:
            # In this order: nobody is connected any more when the databases go.
            with databases:
                with self._worker(interpreter, environ) as worker:
                    if begin:
                        begin(databases)
                    seen = self._ask(worker, self._start(environment, environ, order), databases, orders)
                databases.require_starts_used()
                databases.require_taken()
                if then:
                    then(seen, databases)
        finally:
            self.notes.update(dict.fromkeys(databases.notices))
        return verdict.confirm(seen)

    def begin(self, environment, databases) -> observation.Observation:
        """Make in ``databases`` what the models of this source ask for, stamped at its heads, for another source to
        replay its revisions on. Raises GuardError.
        """
        environ = self._variables()
        with self._worker(self._interpreter(environment), environ) as worker:
            start = self._start(environment, environ, {"mode": messages.BEGIN})
            seen = self._ask(worker, start, databases)
        databases.hand_over()
        return seen

    def _interpreter(self, environment):
        found = find_interpreter(
            self.settings, self.repo, environments.upwards(environment.folder), self._environ
        )
        self.notes.update(dict.fromkeys(found.notes))
        alone = len(found.command) == 1
        self.scripts[environment.name] = os.path.dirname(found.command[0]) if alone else ""
        return found

    def _worker(self, interpreter, environ):
        return Worker(interpreter, os.path.join(self._workspace.folder("observed"), "log"), environ)

    def _ask(self, worker, start, databases, orders=None):
        try:
            return worker.observe(start, databases, self.settings.timeout, orders)
        except ProjectError as error:
            # What it says of a database that somebody keeps is not about a scratch one.
            kept = start.original and error.hint
            error.hint = kept or self._hint(error) or error.hint
            raise

    def _start(self, environment, environ, order):
        return messages.Start(
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
            two_databases=self.settings.judge == config.DATABASES,
            **order,
        )

    def _hint(self, error):
        if isinstance(error, MissingModule):
            return self._missing_module_hint(error.module)
        if isinstance(error, MissingVariables):
            if self.settings.env_file:
                return ""
            texts = self.source.read(env_file.candidates(self.source.entries))
            read = {path: text.decode(errors="replace") for path, text in texts.items()}
            return env_file.hint(read, error.asked, error.missing)
        return database.for_env_py(error.cause, self.settings.scratch_setup)

    def _variables(self):
        """The environment's, and over them those that the settings give."""
        file = self.settings.env_file
        named = env_file.read(self._text(file, "env_file")) if file else {}
        return {**self._environ, **named, **self.settings.env}

    def _dialect(self):
        """The one that the setting engine names, where it is one alone."""
        named = {re.match(r"\w*", engine.strip())[0].lower() for engine in self.settings.engine}
        return named.pop() if len(named) == 1 else ""

    def _needs(self, environment, starts):
        setup = {dialect: self._sql(text) for dialect, text in self.settings.scratch_setup.items()}
        starts = self._starts(environment) if starts is None else starts
        return Needs(self.settings.scratch_url, self.settings.engine, setup, starts)

    def _starts(self, environment):
        names = [one.name for one in self.environments]
        own = []
        for one in self.settings.start:
            if one.environment not in names and (one.environment or len(names) > 1):
                said = (
                    f"names the environment {one.environment}" if one.environment else "names no environment"
                )
                raise ConfigError(
                    f"start {said}, and {self.source.label} has {', '.join(names)}.",
                    hint='Say in the table whose it is: environment = "..."',
                )
            if one.environment in ("", environment.name):
                own.append(Start(one.revision, one.sql, self._text(one.sql, "start"), one.database))
        return tuple(own)

    def _sql(self, setup):
        """The text of a file of the source, where ``setup`` is the path of one."""
        path = setup.strip()
        if not path.endswith(".sql"):
            return setup
        return self._text(path, "scratch_setup")

    def _text(self, path, setting):
        """What the file of the source holds that ``setting`` names. Raises ConfigError."""
        text = self._named_in.read([path]).get(path)
        if text is None:
            raise ConfigError(
                f"{self._named_in.label} has no file {path}.",
                hint=f"{setting} in [tool.migrate-guard] names it: git add it, or mend the path.",
            )
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} cannot be read.", cause=str(error), hint="Save it as UTF-8.") from None

    def snapshot(self) -> str:
        if self._snapshot is None:
            folder = self._folder or self._workspace.kept(self.repo.root)
            by_hand = self.source.kind == source.WORKING_TREE

            def hidden(path):  # a revision counts when git has it, or by hand
                return not by_hand and any(env.holds(path) for env in self.environments)

            made = snapshot.make(self.source, folder, self.settings.overlay, hidden)
            self._snapshot = os.path.realpath(made)
        return self._snapshot

    def _missing_module_hint(self, module):
        before = self.source.parent()
        added = {}
        if before:
            added = missing_module.added_lines(self.source.diff(before, missing_module.DEPENDENCY_FILES))
        untracked = dict.fromkeys(self.repo.untracked(), "untracked")
        ignored = dict.fromkeys(self.repo.ignored(whole_folders=True), "ignored")
        return missing_module.hint(module, added, {**ignored, **untracked})
