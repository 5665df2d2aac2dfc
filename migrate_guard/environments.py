"""Find the Alembic environments in a source."""

import configparser
import fnmatch
import os
import posixpath
import sys
from dataclasses import dataclass

from migrate_guard.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


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

    def holds(self, path: str) -> bool:
        """Whether ``path`` lies where this environment keeps revision files."""
        folder = posixpath.dirname(path)
        inside = tuple(f"{versions}/" for versions in self.versions)
        return folder in self.versions or (self.recursive and folder.startswith(inside))


def find(source, exclude=()) -> list[Environment]:
    """The environments of ``source``, sorted by name, one per script directory that holds an env.py.

    Raises ConfigError for an alembic.ini or pyproject.toml that cannot be read.
    """
    found: dict[str, Environment] = {}
    for path, options in _configurations(source, exclude):
        environment = _from_options(path, options, source.entries)
        if environment and not excluded(environment.name, exclude):
            found.setdefault(environment.name, environment)
    return [found[name] for name in sorted(found)]


def unresolved(source, exclude=()) -> tuple[str, str] | None:
    """A file that names a script directory without an env.py in it, and that name; None where there is none."""
    for path, options in _configurations(source, exclude):
        location = options.get("script_location")
        if isinstance(location, str) and not _from_options(path, options, source.entries):
            return path, location
    return None


def _configurations(source, exclude):
    """(path, Alembic's options) of each file that has some.

    Nearest to the top first, and an ini before a pyproject.toml beside it: what the alembic command would read.
    """
    candidates = [path for path in source.entries if _may_configure(path)]
    for path in sorted(candidates, key=lambda path: (path.count("/"), path.endswith(".toml"), path)):
        text = source.read([path]).get(path, b"")
        folder = posixpath.dirname(path)
        if excluded(folder, exclude):
            continue
        try:
            options = (_ini_options if path.endswith(".ini") else _toml_options)(path, text)
        except ConfigError as error:
            error.hint = f'Mend it, or leave it out: exclude = ["{folder}"] in [tool.migrate-guard].'
            raise
        if options is not None:
            yield path, options


def _may_configure(path):
    return posixpath.basename(path) in ("alembic.ini", "pyproject.toml") and "{{" not in path


def excluded(name: str, patterns) -> bool:
    """Whether a pattern fits the script directory ``name``, or a folder that it lies in."""
    parents = [name[:at] for at in range(len(name) + 1) if at == len(name) or name[at] == "/"]
    return any(fnmatch.fnmatchcase(parent, pattern.rstrip("/")) for parent in parents for pattern in patterns)


def _from_options(path, options, entries):
    folder = posixpath.dirname(path)
    location = options.get("script_location")
    is_ini = path.endswith(".ini")
    if is_ini and location is None and posixpath.join(folder, "env.py") in entries:
        start = _app_folder(folder, entries)
        return Environment(folder, start, path, flask=True, **_versions(options, folder, start, folder))
    if not isinstance(location, str):
        return None
    ini, pyproject = (posixpath.join(folder, name) for name in ("alembic.ini", "pyproject.toml"))
    files = {"ini": path if is_ini else ini, "pyproject": pyproject if is_ini else path}
    return _environment(location, options, folder, entries, {k: v for k, v in files.items() if v in entries})


def _app_folder(directory, entries):
    """Where the flask command is run: the nearest folder above that holds modules and is not a package itself."""
    holding = set()
    for path in entries:
        folder, name = posixpath.split(path)
        if name == ".flaskenv" or name.endswith(".py"):
            holding.add(folder)
        if name == "__init__.py" and folder != directory:
            holding.add(posixpath.dirname(folder))
    above = upwards(posixpath.dirname(directory))
    outside = [folder for folder in above if posixpath.join(folder, "__init__.py") not in entries]
    return next((folder for folder in outside if folder in holding), above[0])


def _ini_options(path, text):
    # No interpolation: %(here)s is resolved below, and other names may only exist where env.py runs.
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.", cause=str(error)) from None
    return dict(parser["alembic"]) if parser.has_section("alembic") else None


def _toml_options(path, text):
    if b"alembic" not in text:
        return None
    try:
        return tomllib.loads(text.decode()).get("tool", {}).get("alembic")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.", cause=str(error)) from None


def _environment(location, options, folder, entries, files):
    for start in upwards(folder):
        directory = _resolve(location, start, folder, entries)
        if directory is not None and posixpath.join(directory, "env.py") in entries:
            versions = _versions(options, directory, start, folder)
            return Environment(directory, start, **files, **versions)
    return None


def upwards(folder: str) -> list[str]:
    """``folder`` and all above it up to the top of the repository: where a command may be run from."""
    starts = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        starts.append(folder)
    return starts


_HERE = "%(here)s"


def _resolve(location, start, here, entries):
    location = location.replace("\\", "/")
    if location.startswith(_HERE):
        return _inside(posixpath.join(here, location[len(_HERE) :].lstrip("/")))
    if ":" in location:
        package, _, rest = location.partition(":")
        inner = posixpath.join(package.replace(".", "/"), rest)
        places = [posixpath.join(start, base, inner) for base in ("", "src")]
        return next((place for place in places if posixpath.join(place, "env.py") in entries), None)
    return _inside(posixpath.join(start, location))


def _inside(path):
    path = posixpath.normpath(path)
    return None if path.startswith("..") or os.path.isabs(path) else ("" if path == "." else path)


_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


def _versions(options, directory, start, here):
    locations = options.get("version_locations")
    if isinstance(locations, str):
        separator = options.get("path_separator") or options.get("version_path_separator")
        split = _SEPARATORS.get((separator or "").split("#")[0].strip())
        words = locations.split(split) if split else locations.replace(",", " ").split()
    else:
        words = locations or []
    folders = [_resolve(word.strip(), start, here, {}) for word in words if word.strip()]
    recursive = str(options.get("recursive_version_locations", "")).lower() in ("true", "1", "yes", "on")
    return {
        "versions": tuple(f for f in folders if f is not None) or (posixpath.join(directory, "versions"),),
        "recursive": recursive,
    }
