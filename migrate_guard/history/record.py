"""What one look at an environment took from its source: where nothing of that changes, the same would be seen again."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """``files`` were opened, or looked for in vain, ``folders`` were listed. Paths as in the source, "" for its top."""

    files: frozenset[str]
    folders: frozenset[str]

    def touched(
        self, edited: Iterable[str], appearing: Iterable[str], before: Collection[str], now: Collection[str]
    ) -> bool:
        """Whether it would read something else after a change from the paths ``before`` to those of ``now``.

        ``edited`` differ in what they say, ``appearing`` are in one of both alone. A name that comes or goes is seen where
        its folder was listed, or something was looked for in it.
        """
        named = {*self.files, *self.folders}
        named |= {folder for path in named for folder in _above(path)}
        if not named.isdisjoint(edited) or not named.isdisjoint(appearing):
            return True
        known = {*self.folders, *(_folder(path) for path in self.files)}
        lasting = _folders(before) & _folders(now)
        return any(folder in known for path in appearing for folder in _seen_in(path, lasting))


def _folder(path):
    return path.rpartition("/")[0]


def _above(path: str) -> Iterator[str]:
    """The folders that hold ``path``, the nearest first, without the top."""
    while path := _folder(path):
        yield path


def _folders(paths):
    return {"", *(folder for path in paths for folder in _above(path))}


def _seen_in(path, lasting):
    """Where a name comes or goes with ``path``: up to the first folder that stays."""
    for folder in (*_above(path), ""):
        yield folder
        if folder in lasting:
            return
