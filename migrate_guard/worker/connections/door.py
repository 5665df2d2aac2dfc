"""The door of this room: made once, and all that the other rooms use of it."""

from typing import NamedTuple

from migrate_guard.worker.connections.bindings import Upgrading
from migrate_guard.worker.connections.databases import ScratchDatabases
from migrate_guard.worker.connections.drivers import Drivers
from migrate_guard.worker.connections.exchange import Exchange
from migrate_guard.worker.connections.files import ScratchFiles
from migrate_guard.worker.connections.pools import Pools
from migrate_guard.worker.connections.server_wide import ServerWide
from migrate_guard.worker.connections.sessions import Sessions


class Connections(NamedTuple):
    """``databases`` stand for the project's, ``exchange`` leads what env.py configures to the judged one, also what is
    opened while it is ``upgrading``, and ``sessions`` are our own.
    """

    databases: ScratchDatabases
    exchange: Exchange
    upgrading: Upgrading
    sessions: Sessions


def install(channel, root):
    """From now on every connection of this process leads to a scratch database that ``channel`` is asked for.

    ``root`` is the snapshot.
    """
    files, server_wide, upgrading = ScratchFiles(channel), ServerWide(channel), Upgrading()
    databases = ScratchDatabases(channel, files, server_wide)
    pools = Pools(databases, files, upgrading)
    exchange = Exchange(databases, upgrading)
    # In this order: where a connection goes back to its pool, first its turn ends, then what was exchanged beneath it.
    for one in (server_wide, pools, exchange, Drivers(root, files)):
        one.install()
    return Connections(databases, exchange, upgrading, Sessions(pools, exchange, files))
