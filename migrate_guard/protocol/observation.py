"""What a worker saw of one environment, as one value."""

from dataclasses import dataclass, field
from typing import List, Optional

from migrate_guard.protocol.messages import (
    BuiltFromModels,
    Described,
    DowngradeFailed,
    Ignored,
    Known,
    LeftOut,
    Loaded,
    NotBuilt,
    Operation,
    Ran,
    Ready,
    Standing,
    StartDump,
    Stood,
    UpgradeFailed,
    Written,
)


@dataclass
class Observation:
    """All that a worker saw of one environment; ``engines`` are those that its scratch databases ran on.

    ``starts`` has one entry for each judged database. ``proved`` are the revisions that were to be proved.
    ``operations`` and ``extras`` are what counts, ``ignored`` what ``ignores`` leave alone of them, and ``accepted``
    what the project's baseline does.
    """

    ready: Optional[Ready] = None
    known: List[Known] = field(default_factory=list)
    operations: List[Operation] = field(default_factory=list)
    upgrade_failed: Optional[UpgradeFailed] = None
    written: List[Written] = field(default_factory=list)
    remarks: List[str] = field(default_factory=list)
    proved: List[Known] = field(default_factory=list)
    downgrade_failed: Optional[DowngradeFailed] = None
    stood: List[Stood] = field(default_factory=list)
    ran: List[Ran] = field(default_factory=list)
    tables: int = 0
    engines: List[str] = field(default_factory=list)
    built: List[BuiltFromModels] = field(default_factory=list)
    loaded: Optional[Loaded] = None
    described: List[Described] = field(default_factory=list)
    refused: List[LeftOut] = field(default_factory=list)
    not_built: List[NotBuilt] = field(default_factory=list)
    extras: List[Operation] = field(default_factory=list)
    ignores: List[Ignored] = field(default_factory=list)
    ignored: List[Operation] = field(default_factory=list)
    accepted: List[Operation] = field(default_factory=list)
    overruled: int = 0
    left_out: int = 0
    starts: Optional[List[StartDump]] = field(default_factory=list)
    standing: List[Standing] = field(default_factory=list)
