"""One conversation: take the order, run the project's environment, tell what was seen, and end."""

import os
import sys

from migrate_guard.worker.basis.channel import Channel


def work(log):
    channel = Channel(log)
    try:
        # The real packages first: a project may own a folder called alembic/, and its paths come first later on.
        import alembic
        import sqlalchemy

        unsupported = _unsupported(("SQLAlchemy", sqlalchemy, (1, 4)), ("Alembic", alembic, (1, 8)))
    except Exception as error:
        from migrate_guard.worker.basis.failures import failed

        channel.send(failed("importing SQLAlchemy and Alembic", error, "", channel))
        _end(channel)
    if unsupported:
        channel.send(unsupported)
        _end(channel)

    from migrate_guard.protocol.messages import Ready
    from migrate_guard.worker.environment import run

    python = "{}.{}.{}".format(*sys.version_info[:3])
    channel.send(Ready(python, sqlalchemy.__version__, alembic.__version__))
    run(channel.receive(), channel)
    _end(channel)


def _unsupported(*packages):
    """The first one that is older than needed, None where all will do. Nothing else of an older one is imported."""
    from migrate_guard.protocol.messages import Unsupported

    for name, package, needed in packages:
        if tuple(int(part) for part in package.__version__.split(".")[:2]) < needed:
            return Unsupported(f"{name} {package.__version__}", "{} {}.{}".format(name, *needed))
    return None


def _end(channel):
    """Without any clean-up: connections, threads and handlers of the project's could wait for ever."""
    from migrate_guard.protocol.messages import Done

    channel.send(Done())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
