"""The worker's end of the conversation, on descriptors that no project code can reach by accident."""

import os
import queue
import signal
import threading

from migrate_guard.protocol import decode, encode


class Channel:
    """Takes standard input and output for itself: 0 becomes /dev/null, 1 and 2 become ``log``.

    When the controller is gone, so are we, with every process of our group.
    """

    def __init__(self, log):
        self._in = os.fdopen(os.dup(0), "rb", buffering=0)
        self._out = os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for source, target in ((null, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.close(null)
        os.close(output)
        self._inbox = queue.Queue()
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._pid = os.getpid()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        buffer = b""
        while True:
            chunk = self._in.read(65536)
            if not chunk:
                os.killpg(0, signal.SIGKILL)
            buffer += chunk
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                self._inbox.put(decode(line))

    def receive(self):
        return self._inbox.get()

    def send(self, message):
        if os.getpid() != self._pid:
            return  # a forked child of the project's
        data = encode(message)
        with self._lock:
            while data:
                data = data[os.write(self._out, data) :]

    def ask(self, message):
        with self._asking:
            self.send(message)
            return self.receive()
