"""The worker's end of the conversation, on descriptors that no project code can reach by accident."""

import _thread
import faulthandler
import os
import queue
import signal
import sys
import threading

from migrate_guard.protocol.lines import Incoming, send


def take_over(log):
    """(input, output): standard input and output, which nobody else then has. 0 becomes /dev/null, 1 and 2 become ``log``."""
    own = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(null)
    os.close(output)
    return own


class Channel:
    """Takes standard input and output for itself, see take_over.

    When the controller is gone, so are we, with every process of our group.
    """

    def __init__(self, log):
        self._in, self._out = take_over(log)
        self._log = log
        # Where it crashed or hung is told in the log: the controller reads it there.
        faulthandler.enable()
        faulthandler.register(signal.SIGUSR1, all_threads=False)
        # Not Queue: gevent's patches would turn its locks into ones that only a greenlet can open.
        self._inbox: queue.SimpleQueue = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._pid = os.getpid()
        # Unknown to threading: gevent mends the locks of imports under way only where it sees a single thread.
        _thread.start_new_thread(self._listen, ())

    def _listen(self):
        incoming = Incoming()
        while True:
            try:
                chunk = os.read(self._in, 65536)
            except OSError:
                return  # the project closed it, which the next message will tell
            if not chunk:
                os.killpg(0, signal.SIGKILL)
            for message in incoming.take(chunk):
                self._inbox.put(message)

    def receive(self):
        return self._inbox.get()

    def send(self, message):
        if os.getpid() != self._pid:
            return  # a forked child of the project's
        with self._lock:
            try:
                send(self._out, message)
            except OSError:
                os.write(2, b"It closed file descriptors that it had not opened.\n")
                os._exit(1)

    def ask(self, message):
        if os.getpid() != self._pid:
            raise ConnectionError("a forked process has no way to ask migrate-guard for a scratch database")
        with self._asking:
            self.send(message)
            return self.receive()

    def printed(self, lines):
        """The last lines that the project printed."""
        sys.stdout.flush()
        sys.stderr.flush()
        with open(self._log, errors="replace") as log:
            said = [line.rstrip() for line in log if line.strip() and "[alembic." not in line]
        return said[-lines:]
