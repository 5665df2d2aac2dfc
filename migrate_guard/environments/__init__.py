"""Find the Alembic environments in a source."""

import fnmatch
import posixpath
from collections.abc import Collection, Iterable
from dataclasses import replace

from migrate_guard.config import Declared
from migrate_guard.environments import configurations, locations
from migrate_guard.environments.locations import upwards
from migrate_guard.errors import ConfigError
from migrate_guard.history.environment import USUAL_SECTION, Environment
from migrate_guard.repository.source import Source

__all__ = ["excluded", "find", "unresolved", "upwards"]


def find(
    source: Source, exclude: Collection[str] = (), declared: Iterable[Declared] = ()
) -> list[Environment]:
    """The environments of ``source``, sorted by name: those that the settings declare, then those that it shows.

    Of several files that name one script directory the first counts, with each of its sections. Raises ConfigError
    for a file that cannot be read, or a declaration that leads nowhere.
    """
    shown: dict[str, list[Environment]] = {}
    first: dict[str, str] = {}
    templates = []
    tree = locations.Tree(source)
    for configuration in configurations.read(source, lambda folder: excluded(folder, exclude)):
        environment = _from_options(configuration, tree)
        if environment is None:
            templates.append(configuration)
        elif first.setdefault(environment.directory, configuration.path) == configuration.path:
            shown.setdefault(environment.directory, []).append(environment)
    for configuration in templates:
        environment = _from_template(configuration, tree, shown)
        if environment:
            shown[environment.directory] = [environment]
    chosen = [_declared(one, source, tree, shown) for one in declared]
    taken = {environment.directory for environment in chosen}
    found = [env for directory, envs in shown.items() if directory not in taken for env in _named(envs)]
    kept = [
        env
        for env in [*chosen, *found]
        if not (excluded(env.name, exclude) or excluded(env.directory, exclude))
    ]
    return sorted(kept, key=lambda environment: environment.name)


def unresolved(source: Source, exclude: Collection[str] = ()) -> tuple[str, str] | None:
    """A file that names a script directory without an env.py in it, and that name; None where there is none."""
    for configuration in configurations.read(source, lambda folder: excluded(folder, exclude)):
        location = configuration.options.get("script_location")
        if isinstance(location, str) and not _from_options(configuration, locations.Tree(source)):
            return configuration.path, location
    return None


def excluded(name: str, patterns: Collection[str]) -> bool:
    """Whether a pattern fits the script directory ``name``, or a folder that it lies in."""
    parents = [name[:at] for at in range(len(name) + 1) if at == len(name) or name[at] == "/"]
    return any(fnmatch.fnmatchcase(parent, pattern.rstrip("/")) for parent in parents for pattern in patterns)


def _named(environments):
    """Several sections of one file need names of their own."""
    for environment in environments:
        if len(environments) > 1 and environment.section != USUAL_SECTION:
            environment = replace(environment, name=f"{environment.directory}:{environment.section}")
        yield environment


def _from_options(configuration, tree):
    path, section, options = configuration
    folder = posixpath.dirname(path)
    location = options.get("script_location")
    is_ini = path.endswith(".ini")
    if is_ini and location is None and posixpath.join(folder, "env.py") in tree:
        start = _app_folder(folder, tree.entries)
        versions = locations.versions(options, folder, start, folder, tree)
        return Environment(folder, folder, start, path, flask=True, **versions)
    if not isinstance(location, str):
        return None
    for start in upwards(folder):
        directory = locations.resolve(location, start, folder, tree)
        if directory is not None and posixpath.join(directory, "env.py") in tree:
            versions = locations.versions(options, directory, start, folder, tree)
            return Environment(
                directory, directory, start, **_files(path, tree.entries), section=section, **versions
            )
    return None


def _files(path, entries):
    """The ini and the pyproject.toml that Alembic reads together."""
    folder, is_ini = posixpath.dirname(path), path.endswith(".ini")
    ini, pyproject = (posixpath.join(folder, name) for name in ("alembic.ini", "pyproject.toml"))
    files = {"ini": path if is_ini else ini, "pyproject": pyproject if is_ini else path}
    return {name: file for name, file in files.items() if file in entries}


def _from_template(configuration, tree, shown):
    """The one script directory at or below a file that the application fills in before it uses it."""
    location = configuration.options.get("script_location", "")
    if not isinstance(location, str) or not locations.is_filled_in_later(location):
        return None
    folder = posixpath.dirname(configuration.path)
    free = [
        place for place in _script_directories(tree.entries) if place not in shown and _below(place, folder)
    ]
    if len(free) != 1:
        return None
    (directory,) = free
    versions = locations.versions({}, directory, "", "", tree)
    files = _files(configuration.path, tree.entries)
    return Environment(
        directory, directory, "", **files, section=configuration.section, set_location=True, **versions
    )


def _script_directories(entries):
    return [posixpath.dirname(path) for path in entries if posixpath.basename(path) == "env.py"]


def _below(path, folder):
    return not folder or path == folder or path.startswith(f"{folder}/")


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


def _declared(one, source, tree, shown):
    """The environment that the settings describe. Raises ConfigError where that leads nowhere."""
    configuration = _configuration_of(one, source)
    options = configuration.options if configuration else {}
    by_itself = configuration and _from_options(configuration, tree)
    directory = one.script_location.rstrip("/") or (by_itself.directory if by_itself else None)
    if directory is None and one.config:
        free = [place for place in _script_directories(source.entries) if place not in shown]
        directory = free[0] if len(free) == 1 else None
    if directory is None or posixpath.join(directory, "env.py") not in tree:
        raise _leads_nowhere(one, directory, source)
    folder = one.cwd.rstrip("/") if one.cwd else (by_itself.folder if by_itself else "")
    here = posixpath.dirname(one.ini)
    described = Environment(
        one.name,
        directory,
        "" if folder == "." else folder,
        **(_files(one.ini, source.entries) if one.ini else {}),
        section=one.section or USUAL_SECTION,
        set_location=bool(one.script_location),
        x=one.x,
        config=one.config,
        **locations.versions(options, directory, folder, here, tree),
    )
    return replace(described, flask=True) if by_itself and by_itself.flask else described


def _configuration_of(one, source):
    if not one.ini:
        return None
    text = source.read([one.ini]).get(one.ini)
    if text is None:
        raise _declares(
            one, f"{source.label} has no file {one.ini}.", "Its path is relative to the repository."
        )
    wanted = one.section or USUAL_SECTION
    found = [part for part in configurations.read_file(one.ini, text) if part.section == wanted]
    if found or one.ini.endswith(".toml"):
        return found[0] if found else None
    sections = configurations.ini_sections(one.ini, text)
    if wanted not in sections:
        raise _declares(
            one, f"{one.ini} has no section [{wanted}].", f"It has: {', '.join(sections) or 'none'}."
        )
    return configurations.Configuration(one.ini, wanted, {**sections.get("DEFAULT", {}), **sections[wanted]})


def _leads_nowhere(one, directory, source):
    where = f"{directory} holds no env.py" if directory else "its script directory is not known"
    return _declares(
        one, f"in {source.label}, {where}.", 'script_location = "path/of/the/folder/that/holds/env.py"'
    )


def _declares(one, fact, hint):
    return ConfigError(f"pyproject.toml declares the environment {one.name}: {fact}", hint=hint)
