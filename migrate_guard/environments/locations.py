"""Where a script_location or a version location leads, as a path of the source."""

import os
import posixpath
from collections.abc import Container
from typing import TypedDict

_HERE = "%(here)s"
_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


class Versions(TypedDict):
    """The fields of Environment that say where revision files are."""

    versions: tuple[str, ...]
    recursive: bool


def is_filled_in_later(location: str) -> bool:
    """Whether it is a template: it holds a name that the application puts there when it runs."""
    return any(sign in location.replace(_HERE, "") for sign in ("{", "%(", "$"))


def resolve(location: str, start: str, here: str, entries: Container[str]) -> str | None:
    """``location`` as a folder; ``start`` is where commands are run and ``here`` the folder of the file that says it.

    None where it leads out of the repository, or to a package that ``entries`` does not hold.
    """
    location = location.replace("\\", "/")
    if location.startswith(_HERE):
        return inside(posixpath.join(here, location[len(_HERE) :].lstrip("/")))
    if ":" in location:
        package, *parts = location.split(":")
        inner = posixpath.join(package.replace(".", "/"), *parts)
        places = [posixpath.join(start, base, inner) for base in ("", "src")]
        return next((place for place in places if posixpath.join(place, "env.py") in entries), None)
    return inside(posixpath.join(start, location))


def inside(path: str) -> str | None:
    """``path`` in its shortest form; None where it leads out of the repository."""
    path = posixpath.normpath(path)
    return None if path.startswith("..") or os.path.isabs(path) else ("" if path == "." else path)


def versions(options: dict, directory: str, start: str, here: str) -> Versions:
    locations = options.get("version_locations")
    if isinstance(locations, str):
        separator = options.get("path_separator") or options.get("version_path_separator")
        split = _SEPARATORS.get((separator or "").split("#")[0].strip())
        words = locations.split(split) if split else locations.replace(",", " ").split()
    else:
        words = locations or []
    folders = [resolve(word.strip(), start, here, {}) for word in words if word.strip()]
    recursive = str(options.get("recursive_version_locations", "")).lower() in ("true", "1", "yes", "on")
    return {
        "versions": tuple(f for f in folders if f is not None) or (posixpath.join(directory, "versions"),),
        "recursive": recursive,
    }


def upwards(folder: str) -> list[str]:
    """``folder`` and all above it up to the top of the repository: where a command may be run from."""
    starts = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        starts.append(folder)
    return starts
