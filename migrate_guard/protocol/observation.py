"""What a worker saw of one environment, as one value."""

from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Optional, Tuple, get_origin, get_type_hints

from migrate_guard.protocol.lines import Message
from migrate_guard.protocol.messages import (
    BuiltFromModels,
    Compared,
    Comparing,
    Described,
    DowngradeFailed,
    Filled,
    GivenUp,
    Ignored,
    Inputs,
    Known,
    LeftOut,
    Loaded,
    MadeElsewhere,
    NotBuilt,
    NoWayBack,
    Operation,
    Ran,
    ReadElsewhere,
    Ready,
    Refuses,
    Remark,
    RowLost,
    Standing,
    StartDump,
    Stood,
    UpgradeFailed,
    Written,
)


@dataclass(frozen=True)
class Observation:
    """All that a worker saw of one environment; ``engines`` are those that its scratch databases ran on.

    ``starts`` has one entry for each judged database. ``proved`` are the revisions that were to be proved.
    ``operations`` and ``extras`` are what counts, ``ignored`` what ``ignores`` leave alone of them, and ``accepted``
    what the project's baseline does, ``by_application`` is what belongs to tables that the application makes by its own means; before verdict.confirm, ``operations`` are all that autogenerate reports.
    """

    ready: Optional[Ready] = None
    known: Tuple[Known, ...] = ()
    operations: Tuple[Operation, ...] = ()
    upgrade_failed: Optional[UpgradeFailed] = None
    written: Tuple[Written, ...] = ()
    remarks: Tuple[Remark, ...] = ()
    proved: Tuple[Known, ...] = ()
    downgrade_failed: Optional[DowngradeFailed] = None
    stood: Tuple[Stood, ...] = ()
    ran: Tuple[Ran, ...] = ()
    no_way_back: Tuple[NoWayBack, ...] = ()
    filled: Tuple[Filled, ...] = ()
    rows_lost: Tuple[RowLost, ...] = ()
    refuses: Tuple[Refuses, ...] = ()
    given_up: Tuple[GivenUp, ...] = ()
    compared: Tuple[Compared, ...] = ()
    engines: Tuple[str, ...] = ()
    built: Tuple[BuiltFromModels, ...] = ()
    read: Tuple[ReadElsewhere, ...] = ()
    inputs: Optional[Inputs] = None
    loaded: Optional[Loaded] = None
    described: Tuple[Described, ...] = ()
    refused: Tuple[LeftOut, ...] = ()
    not_built: Tuple[NotBuilt, ...] = ()
    extras: Tuple[Operation, ...] = ()
    ignores: Tuple[Ignored, ...] = ()
    ignored: Tuple[Operation, ...] = ()
    accepted: Tuple[Operation, ...] = ()
    by_application: Tuple[Operation, ...] = ()
    elsewhere: Tuple[MadeElsewhere, ...] = ()
    overruled: int = 0
    left_out: int = 0
    starts: Tuple[Optional[StartDump], ...] = ()
    standing: Tuple[Standing, ...] = ()

    @property
    def tables(self) -> int:
        """How many of the models were compared."""
        return sum(one.tables for one in self.compared)

    @property
    def left_alone(self) -> Tuple[Operation, ...]:
        """What does not count, whoever wants it so."""
        return (*self.accepted, *self.ignored, *self.by_application)

    @property
    def compares_nothing(self) -> bool:
        """Whether there was a comparison, of no table."""
        return bool(self.compared) and not self.tables


@dataclass(frozen=True)
class Draft:
    """What was ``written`` into the snapshot ``root``, with ``remarks`` for a person."""

    root: str
    written: Tuple[Written, ...] = ()
    remarks: Tuple[Remark, ...] = ()


def observed(told: Iterable[Message], **more: Any) -> Observation:
    """What the messages ``told`` add up to, each in the field that it names; ``more`` are fields that none of them fills.

    Of several comparisons the last one counts.
    """
    found: Dict[str, List[Message]] = {}
    for message in _last_compared(list(told)):
        found.setdefault(message.kept_in, []).append(message)
    kinds = get_type_hints(Observation)
    filled: Dict[str, Any] = {
        name: tuple(ones) if get_origin(kinds[name]) is tuple else ones[-1] for name, ones in found.items()
    }
    return Observation(**filled, **more)


def _last_compared(told):
    begun = [at for at, message in enumerate(told) if isinstance(message, Comparing)]
    return [*told[: begun[0]], *told[begun[-1] + 1 :]] if begun else told
