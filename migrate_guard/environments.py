"""Find the Alembic environments in a source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """One Alembic environment; every path is relative to the repository, "" is its top.

    ``name`` is the script directory's path. ``ini`` and ``pyproject`` are the files that configure it, "" where
    there is none. ``folder`` is where its commands are run. ``flask``: Flask-Migrate made it, and the application
    must be loaded first. ``versions`` are the folders of its revision files, searched below as well where
    ``recursive``.
    """

    name: str
    folder: str = ""
    ini: str = ""
    pyproject: str = ""
    flask: bool = False
    versions: tuple[str, ...] = ()
    recursive: bool = False
