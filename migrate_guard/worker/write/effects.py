"""What an operation does to the things of a database."""

from typing import NamedTuple

from migrate_guard.worker.compare.leaning import Known

MAKE, DROP, ALTER = "make", "drop", "alter"


class Effect(NamedTuple):
    """``action`` is done to what is ``known`` by this."""

    action: str
    known: Known
