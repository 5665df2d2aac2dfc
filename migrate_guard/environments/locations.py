"""Where a script_location or a version location leads, as a path of the source."""

import os
import posixpath
from collections.abc import Mapping
from functools import cached_property
from typing import TypedDict

from migrate_guard.repository.source import Source

_HERE = "%(here)s"
_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


# Further links in a row are a circle
_LINKS = 40
_LINK_MODE = "120000"


class Tree:
    """The paths of a source as a file system would find them: links are followed, and absolute paths into the repository."""

    def __init__(self, judged: Source) -> None:
        self._judged = judged
        self.entries = judged.entries

    @cached_property
    def _links(self) -> Mapping[str, str]:
        paths = [path for path, (mode, _) in self.entries.items() if mode == _LINK_MODE]
        return (
            {path: os.fsdecode(target) for path, target in self._judged.read(paths).items()} if paths else {}
        )

    def __contains__(self, path: str) -> bool:
        place = self.place(path)
        return place is not None and place in self.entries

    def place(self, path: str) -> str | None:
        """``path`` in its shortest form, past all links; None where it leads out of the repository."""
        found = self._inside(path)
        for _ in range(_LINKS):
            link = next((one for one in reversed(upwards(found or "")) if one in self._links), None)
            if found is None or link is None:
                return found
            rest = found[len(link) :].lstrip("/")
            found = self._inside(posixpath.join(posixpath.dirname(link), self._links[link], rest))
        return None

    def _inside(self, path):
        path = posixpath.normpath(path)
        for root in (self._judged.repo.root, os.path.realpath(self._judged.repo.root)):
            if path == root or path.startswith(f"{root}/"):
                path = posixpath.relpath(path, root)
        return inside(path)


class Versions(TypedDict):
    """The fields of Environment that say where revision files are."""

    versions: tuple[str, ...]
    recursive: bool


def is_filled_in_later(location: str) -> bool:
    """Whether it is a template: it holds a name that the application puts there when it runs."""
    return any(sign in location.replace(_HERE, "") for sign in ("{", "%(", "$"))


def resolve(location: str, start: str, here: str, tree: Tree) -> str | None:
    """``location`` as a folder; ``start`` is where commands are run and ``here`` the folder of the file that says it.

    None where it leads out of the repository, or to a package that ``tree`` does not hold.
    """
    location = location.replace("\\", "/")
    if location.startswith(_HERE):
        return tree.place(posixpath.join(here, location[len(_HERE) :].lstrip("/")))
    if ":" in location:
        package, *parts = location.split(":")
        inner = posixpath.join(package.replace(".", "/"), *parts)
        places = [posixpath.join(start, base, inner) for base in ("", "src")]
        return next((place for place in places if posixpath.join(place, "env.py") in tree), None)
    return tree.place(posixpath.join(start, location))


def inside(path: str) -> str | None:
    """``path`` in its shortest form; None where it leads out of the repository."""
    path = posixpath.normpath(path)
    return None if path.startswith("..") or os.path.isabs(path) else ("" if path == "." else path)


def versions(options: dict, directory: str, start: str, here: str, tree: Tree) -> Versions:
    locations = options.get("version_locations")
    if isinstance(locations, str):
        separator = options.get("path_separator") or options.get("version_path_separator")
        split = _SEPARATORS.get((separator or "").split("#")[0].strip())
        words = locations.split(split) if split else locations.replace(",", " ").split()
    else:
        words = locations or []
    folders = [resolve(word.strip(), start, here, tree) for word in words if word.strip()]
    usual = posixpath.join(directory, "versions")
    recursive = str(options.get("recursive_version_locations", "")).lower() in ("true", "1", "yes", "on")
    return {
        "versions": tuple(f for f in folders if f is not None) or (tree.place(usual) or usual,),
        "recursive": recursive,
    }


def upwards(folder: str) -> list[str]:
    """``folder`` and all above it up to the top of the repository: where a command may be run from."""
    starts = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        starts.append(folder)
    return starts
