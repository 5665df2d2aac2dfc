"""A look at an environment: what was seen, and by which of replay and step."""

from dataclasses import dataclass

from migrate_guard.errors import GuardError
from migrate_guard.history.step import Step
from migrate_guard.protocol.observation import Observation


@dataclass(frozen=True)
class Broken:
    """``ran`` are the commits whose own migrations run on an empty database, each with its first line.

    ``by`` is the commit that broke them, with its first line, "" where that is what is judged; with ``about`` it may also be
    one between the two.
    """

    ran: tuple[str, ...]
    by: str = ""
    about: bool = False


@dataclass(frozen=True)
class Look:
    """What came of looking at an environment: ``observation``, or the ``failure`` that kept it from being seen.

    ``step`` is what was judged in the place of a replay. ``notes`` are what a person may want to know about how it was
    seen. ``scripts`` is the folder where the project's interpreter keeps commands, "" where that is not known. ``broken`` says
    since when a revision fails that has run before.
    """

    observation: Observation | None
    step: Step | None = None
    notes: tuple[str, ...] = ()
    scripts: str = ""
    failure: GuardError | None = None
    broken: Broken | None = None

    def seen(self) -> Observation:
        """Raises the failure."""
        if self.observation is None:
            assert self.failure is not None
            raise self.failure
        return self.observation
