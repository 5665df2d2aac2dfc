"""Makes and removes scratch databases at an address, in the project's interpreter, which alone has the driver.

Ends with its standard input, and removes before what it has made: a killed controller leaves nothing.
"""

import os
import select
import sys

from migrate_guard.protocol.keeping import Kept, Refused, Release, Released
from migrate_guard.protocol.lines import Incoming, send
from migrate_guard.protocol.messages import Noted, RolesWanted, ScratchWanted
from migrate_guard.worker.basis.channel import take_over


def keep(log):
    conversation = _Conversation(log)
    order = conversation.receive()
    # SQLAlchemy first: the entries of PYTHONPATH may hold a folder of its name.
    import sqlalchemy  # noqa: F401

    from migrate_guard.worker.connections.target import Unusable, read

    sys.path += order.python_path
    try:
        target = read(order)
    except Unusable as error:
        conversation.send(Refused("read", str(error)))
        return
    try:
        _keep_at(target, order, conversation)
    except Exception as error:
        conversation.send(_refused(target, "connect", error))
    conversation.end()


def _keep_at(target, order, conversation):
    from migrate_guard.worker.keeper.database import EmptyDatabase
    from migrate_guard.worker.keeper.servers import SERVERS

    if order.dialect in SERVERS:
        make = SERVERS[order.dialect]
        target.connect(
            lambda connection: _serve(make(connection, target, conversation.ended), target, conversation)
        )
    else:
        _serve(EmptyDatabase(target, order.owner), target, conversation)


def _serve(kept, target, conversation):
    """Do what the controller asks for, until it has gone. ``kept`` is what is kept at ``target``."""
    try:
        try:
            left = kept.open()
        except Exception as error:
            conversation.send(_refused(target, "open", error))
            return
        conversation.send(Kept(kept.kind, kept.version, target.place, target.dropped, target.other, left))
        for message in iter(conversation.receive, None):
            try:
                conversation.send(_answer(kept, message))
            except Exception as error:
                conversation.send(_refused(target, _DOING[type(message)], error))
    finally:
        kept.close()


_DOING = {ScratchWanted: "create", RolesWanted: "roles", Release: "remove"}


def _answer(kept, message):
    if isinstance(message, ScratchWanted):
        return kept.new(message.turn)
    if isinstance(message, RolesWanted):
        kept.expect(message.names)
        return Noted()
    return Released(kept.release())


def _refused(target, doing, error):
    doing = getattr(error, "doing", doing)
    return Refused(doing, target.words(error), target.place, target.user)


class _Conversation:
    """The keeper's end; what drivers print goes to ``log``."""

    def __init__(self, log):
        self._in, self._out = take_over(log)
        self._incoming, self._waiting = Incoming(), []

    def receive(self):
        """The next message, None when the controller has gone."""
        while not self._waiting:
            chunk = os.read(self._in, 65536)
            if not chunk:
                return None
            self._waiting += self._incoming.take(chunk)
        return self._waiting.pop(0)

    def ended(self, seconds):
        """Whether the controller goes within ``seconds``, in which it must not be asking for anything."""
        return bool(select.select([self._in], [], [], seconds)[0])

    def send(self, message):
        try:
            send(self._out, message)
        except BrokenPipeError:
            self.end()

    @staticmethod
    def end():
        """At once: threads of a driver could wait for ever."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
