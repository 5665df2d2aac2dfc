"""The kinds of servers at an address that can make databases: for each dialect what a run on one is."""

from typing import Callable, Dict

from migrate_guard.worker.keeper.mysql import MySQL
from migrate_guard.worker.keeper.postgresql import PostgreSQL
from migrate_guard.worker.keeper.run import Run

SERVERS: Dict[str, Callable[..., Run]] = {"postgresql": PostgreSQL, "mysql": MySQL, "mariadb": MySQL}
