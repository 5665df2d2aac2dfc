"""The controller's half of the conversation with a keeper, which makes scratch databases at an address."""

import os
import select
import subprocess
import time
from collections.abc import Mapping
from typing import Any

from migrate_guard.errors import ScratchError
from migrate_guard.interpreter import Interpreter
from migrate_guard.machine import processes
from migrate_guard.observing import process
from migrate_guard.protocol import keeping
from migrate_guard.protocol.lines import Incoming, Message, send

_SECONDS_TO_END = 30
_LOG_LINES = 8


class KeeperEnded(ScratchError):
    """The process is gone, or was ended since it did not answer; what it made is still there."""


class Keepers:
    """Starts keepers in the project's ``interpreter``; ``timeout`` is in seconds without an answer."""

    def __init__(self, interpreter: Interpreter, environ: Mapping[str, str], timeout: float) -> None:
        self.interpreter = tuple(interpreter.command)
        self._start = lambda log: process.start(
            interpreter, environ, log, "keeper", stderr=subprocess.DEVNULL
        )
        self._python_path = process.python_path(environ)
        self._timeout = timeout

    def start(self, url: str, dialect: str, driver: str, log: str) -> "Keeper":
        """One that keeps what is at ``url``; ``log`` is a file for what it prints."""
        order = keeping.Keep(url, dialect, driver, os.getpid(), self._python_path)
        return Keeper(self._start(log), log, self._timeout, order)


class Keeper:
    """A keeper process. What it answers is a message; KeeperEnded is raised where it does not."""

    def __init__(
        self, started: subprocess.Popen[bytes], log: str, timeout: float, order: keeping.Keep
    ) -> None:
        self._process, self._log, self._timeout = started, log, timeout
        assert started.stdin and started.stdout, "both are pipes"
        self._in, self._out = started.stdin, started.stdout
        self._incoming = Incoming()
        self._asking = False
        try:
            self.opened: keeping.Kept | keeping.Refused = self.ask(order)
        except BaseException:
            self.close()
            raise

    def ask(self, message: Message) -> Any:
        if self._asking:  # interrupted while it waited: the next answer would be that one's
            raise KeeperEnded("an answer was not waited for")
        self._asking = True
        answer = self._answer(message)
        self._asking = False
        return answer

    def _answer(self, message):
        try:
            send(self._in.fileno(), message)
        except BrokenPipeError:
            raise self._ended() from None
        deadline = time.monotonic() + self._timeout
        answers: list[Any] = []
        while not answers:
            left = max(0, deadline - time.monotonic())
            if not select.select([self._out], [], [], left)[0]:
                self._process.kill()
                raise KeeperEnded(f"no answer within {self._timeout:g} s")
            chunk = os.read(self._out.fileno(), 1 << 16)
            if not chunk:
                raise self._ended()
            answers = self._incoming.take(chunk)
        return answers[0]

    def close(self) -> None:
        """It removes what it has made, and ends."""
        self._in.close()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()

    def _ended(self):
        self._process.kill()  # where only its output has ended
        code = self._process.wait()
        words = ""
        if os.path.exists(self._log):
            with open(self._log, errors="replace") as log:
                words = "".join(log.readlines()[-_LOG_LINES:]).strip()
        hint = "Run it again: what was made there is removed then."
        return KeeperEnded(
            f"the process that worked there ended with {processes.how_it_ended(code)}", hint, words
        )
