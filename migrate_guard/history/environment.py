"""An Alembic environment, as a value."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

USUAL_SECTION = "alembic"


@dataclass(frozen=True)
class Environment:
    """One Alembic environment; every path is relative to the repository, "" is its top.

    ``name`` is its own: the script directory, with the section where several share one, or what the settings call
    it. ``directory`` is the script directory. ``folder`` is where its commands are run. ``ini`` and ``pyproject`` are
    the files that configure it, "" where there is none, and ``section`` is the ini's. ``set_location``: the files do
    not tell Alembic the script directory, as where the application fills it in. ``x`` are the values of -x. ``config`` names the function that makes its Config.
    ``flask``: Flask-Migrate made it, and the application must be loaded first. ``versions`` are the folders of its
    revision files, searched below as well where ``recursive``.
    """

    name: str
    directory: str
    folder: str = ""
    ini: str = ""
    pyproject: str = ""
    section: str = USUAL_SECTION
    set_location: bool = False
    x: tuple[str, ...] = ()
    config: str = ""
    flask: bool = False
    versions: tuple[str, ...] = ()
    recursive: bool = False

    def holds(self, path: str) -> bool:
        """Whether ``path`` lies where this environment keeps revision files."""
        folder = posixpath.dirname(path)
        inside = tuple(f"{versions}/" for versions in self.versions)
        return folder in self.versions or (self.recursive and folder.startswith(inside))


def same(environment: Environment, there: Sequence[Environment], alone: bool) -> Environment | None:
    """The one of ``there``, which another commit holds, that is ``environment``; None where it has none.

    It has its name, or its script directory, or both commits hold one only, which was called otherwise: ``alone`` says so of
    that of ``environment``.
    """
    named = [one for one in there if one.name == environment.name]
    named += [one for one in there if one.directory == environment.directory]
    named += there if alone and len(there) == 1 else []
    return named[0] if named else None
