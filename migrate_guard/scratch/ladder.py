"""Which scratch database for which dialect: the first rung that can give one."""

from migrate_guard.errors import ScratchError
from migrate_guard.scratch.sqlite import SqliteFiles


class Ladder:
    """The scratch databases of one run; ``folder`` is the run's own and takes them."""

    def __init__(self, folder: str):
        self._sqlite = SqliteFiles(folder)

    def address(self, key: str, dialect: str, purpose: str) -> dict[str, str]:
        """The parts of a URL that lead to the database for (key, purpose). Raises ScratchError."""
        if dialect == "sqlite":
            return self._sqlite.address(key, purpose)
        raise ScratchError(
            f"no scratch database can be made for {dialect}.",
            cause="This version makes scratch databases for SQLite only.",
            hint="Judging the project on another dialect than its own would be wrong in both directions.",
        )
