"""A full disk, told in the words of whoever met it first, and the way out."""

import re
from typing import TypeVar

from migrate_guard.errors import GuardError

_Error = TypeVar("_Error", bound=Exception)

HINT = "Free some space, or set XDG_CACHE_HOME and TMPDIR to folders on a disk that has more."
# The system's own words, SQLite's, PostgreSQL's, InnoDB's, error 1114 of MySQL and MariaDB, and git's
_WORDS = re.compile(
    r"No space left on device|Disk quota exceeded|database or disk is full|Out of disk ?space"
    r"|could not extend file|failed with error 28|unable to write (new index )?file|The table '.*' is full"
)


def line(words: str) -> str:
    """The first line that tells of a full disk; "" where none does."""
    return next(filter(_WORDS.search, words.splitlines()), "")


def explained(error: _Error) -> _Error | GuardError:
    """``error`` itself, or what there is to say of it where a full disk is behind it."""
    known = error if isinstance(error, GuardError) else None
    told = line(known.cause if known else str(error))
    if not told or (known and known.hint == HINT):
        return error
    return GuardError("the disk is full.", cause=f"{known.message}\n{told}" if known else told, hint=HINT)
