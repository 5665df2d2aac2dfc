"""SQLite scratch databases: always files, since each connection to a memory database would be another one."""

import os


class SqliteFiles:
    def __init__(self, folder: str):
        self._folder = folder

    def address(self, key: str, purpose: str) -> dict[str, str]:
        return {"database": os.path.join(self._folder, f"{purpose}-{key[:16]}.sqlite")}
