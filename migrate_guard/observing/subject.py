"""What sessions are about: one source, with its settings, the files that these name, and its snapshot."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from migrate_guard import config
from migrate_guard.advice import env_file
from migrate_guard.config import Settings
from migrate_guard.errors import ConfigError
from migrate_guard.history.environment import Environment
from migrate_guard.machine.workspace import Workspace
from migrate_guard.observing.process import python_path
from migrate_guard.protocol.messages import Place
from migrate_guard.repository import checkout, snapshot, source
from migrate_guard.repository.git import Repository
from migrate_guard.repository.source import Source
from migrate_guard.scratch.ladder import Ladder, Needs
from migrate_guard.scratch.starts import Start

_NAMED = 3
_OVERLAY = 'overlay = ["path"] in [tool.migrate-guard].'


@dataclass(frozen=True)
class Means:
    """What every session of a run uses: folders of our own, scratch databases, the variables of the environment."""

    workspace: Workspace
    ladder: Ladder
    environ: Mapping[str, str]


class Snapshot:
    """The files of ``judged`` as a folder, made when it is first asked for.

    It is one of the kept ones for the repository, unless there is a ``folder`` for it.
    """

    def __init__(
        self,
        judged: Source,
        environments: Sequence[Environment],
        overlay: Sequence[str],
        means: Means,
        folder: str = "",
    ) -> None:
        self._source, self._environments, self._overlay = judged, tuple(environments), overlay
        self._means, self._given = means, folder
        self._has_repository = False

    @property
    def path(self) -> str:
        """With a repository in it, once the project was seen to ask for one."""
        if not self._has_repository and self._means.workspace.asks_git(self._source.repo.root):
            checkout.make(self._source, self._tree, os.path.join(self._folder, "index"))
            self._has_repository = True
        return self._tree

    @property
    def _tree(self):
        return os.path.realpath(self._made.tree)

    @cached_property
    def _folder(self):
        return self._given or self._means.workspace.kept(self._source.repo.root)

    @cached_property
    def _made(self):
        by_hand = self._source.kind == source.WORKING_TREE

        def hidden(path):  # a revision counts when git has it, or by hand
            return not by_hand and any(one.holds(path) for one in self._environments)

        return snapshot.make(self._source, self._folder, self._overlay, hidden)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person may want to know about the files in it, once it is made."""
        large = self._made.left_out if "_made" in vars(self) else ()
        if not large:
            return ()
        named = ", ".join([*large[:_NAMED], *(["..."] if len(large) > _NAMED else [])])
        return (
            f"ignored files above 10 MB are not shown to the project: {named}. If it needs them: {_OVERLAY}",
        )


@dataclass(frozen=True)
class Subject:
    """One source. ``environments`` are all that it holds, ``named_in`` is the source of the files that settings name."""

    repo: Repository
    source: Source
    settings: Settings
    environments: tuple[Environment, ...]
    named_in: Source
    snapshot: Snapshot

    def variables(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Those of ``environ``, and over them what the settings give. Raises ConfigError."""
        file = self.settings.env_file
        named = env_file.read(self._text(file, "env_file")) if file else {}
        return {**environ, **named, **self.settings.env}

    def named_files(self) -> list[str]:
        """The files of the source that the settings name."""
        settings = self.settings
        setups = map(_sql_file, settings.scratch_setup.values())
        return [*filter(None, [settings.env_file, *setups]), *(one.sql for one in settings.start)]

    def place(self, environment: Environment, variables: Mapping[str, str]) -> Place:
        """Where the worker finds ``environment``; this makes the snapshot."""
        return Place(
            root=self.snapshot.path,
            work=os.path.realpath(self.repo.root),
            name=environment.name,
            directory=environment.directory,
            folder=environment.folder,
            ini=environment.ini,
            pyproject=environment.pyproject,
            section=environment.section,
            set_location=environment.set_location,
            x=environment.x,
            config=environment.config,
            flask=environment.flask,
            app=self.settings.app,
            dialect=self._dialect(),
            python_path=python_path(variables),
            two_databases=self.settings.judge == config.DATABASES,
        )

    def needs(self, environment: Environment, starts: tuple[Start, ...] | None = None) -> Needs:
        """What it takes of scratch databases; ``starts`` takes the place of the setting start. Raises ConfigError."""
        settings = self.settings
        setup = {dialect: self._sql(text) for dialect, text in settings.scratch_setup.items()}
        return Needs(
            settings.scratch_url,
            settings.engine,
            setup,
            self._starts(environment) if starts is None else starts,
        )

    def _dialect(self):
        """The one that the setting engine names, where it is one alone."""
        words = (re.split(r"\W", engine.strip(), maxsplit=1)[0] for engine in self.settings.engine)
        named = {word.lower() for word in words}
        return named.pop() if len(named) == 1 else ""

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
        path = _sql_file(setup)
        return self._text(path, "scratch_setup") if path else setup

    def _text(self, path, setting):
        """What the file of the source holds that ``setting`` names. Raises ConfigError."""
        text = self.named_in.read([path]).get(path)
        if text is None:
            raise ConfigError(
                f"{self.named_in.label} has no file {path}.",
                hint=f"{setting} in [tool.migrate-guard] names it: git add it, or mend the path.",
            )
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} cannot be read.", cause=str(error), hint="Save it as UTF-8.") from None


def _sql_file(setup):
    """The path that ``setup`` is; "" where it is SQL."""
    path = setup.strip()
    return path if path.endswith(".sql") else ""
