"""The controller's half of the conversation with the worker."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from migrate_guard.errors import GitAsked, GuardError, InterpreterError, ProjectError
from migrate_guard.interpreter import Interpreter
from migrate_guard.machine import processes, terminal
from migrate_guard.observing import process
from migrate_guard.protocol import messages
from migrate_guard.protocol.lines import Incoming, Message, send
from migrate_guard.scratch.ladder import Database, Databases

_KILLED = "Run it again. If nobody killed it, memory may have run out: see what the system's log says."
_LOG_LINES = 8
_FRAMES = 4
_DUMP_TIME = 0.2
# What the worker's faulthandler writes: where the interpreter was when it crashed or hung.
_DUMP = re.compile(r"^(Fatal Python error|Current thread 0x|Thread 0x|Stack \(most recent)", re.M)
_DUMPED_FRAME = re.compile(r'^  File "(.+)", line (\d+) in (.+)$', re.M)


class Told(NamedTuple):
    """Facts as they came, and the scratch databases that were ``given`` meanwhile."""

    messages: list[Message]
    given: list[Database]


class MissingModule(ProjectError):
    """The project imports what its interpreter does not have: see Failed."""

    def __init__(self, message: str, cause: str, failed: messages.Failed) -> None:
        super().__init__(message, cause=cause)
        self.failed = failed


class MissingVariables(ProjectError):
    """It may fail since ``asked`` were asked for in vain; ``missing`` are those that it names."""

    def __init__(
        self, message: str, cause: str, hint: str, asked: Sequence[str], missing: Sequence[str]
    ) -> None:
        super().__init__(message, cause=cause, hint=hint)
        self.asked, self.missing = asked, missing


class Worker:
    """A worker process, started at once so that its imports run while the snapshot is made.

    ``log`` is a file of ours that takes what the project prints. To be used in a ``with`` block, which ends every
    process that the project left in the worker's group.
    """

    def __init__(self, interpreter: Interpreter, log: str, environ: Mapping[str, str]) -> None:
        self._interpreter = interpreter
        self._log = log
        self._root, self._doing, self._part = "", "starting", ""
        self._line = terminal.Line(sys.stderr)
        self._incoming = Incoming()
        self._process = process.start(interpreter, environ, log, stderr=subprocess.PIPE)
        assert self._process.stdin and self._process.stdout and self._process.stderr, "all are pipes"
        self._in, self._out, self._err = self._process.stdin, self._process.stdout, self._process.stderr

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._line.clear()
        # The whole group may have ended by itself: macOS refuses where it has not been waited for yet.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._in, self._out, self._err):
            pipe.close()

    def ask(self, message: Message, databases: Databases, timeout: float) -> Told:
        """What it tells until it has done what ``message`` says; ``databases`` gives the scratch databases.

        ``timeout`` is in seconds without a sign of progress. Raises ProjectError, InterpreterError or ScratchError
        where it came to no verdict.
        """
        try:
            told = self._ask(message, databases, timeout)
        except GuardError as error:
            databases.require_working(self._doing, f"{error.message}\n{error.cause}")
            raise
        for failed in told.messages:
            if isinstance(failed, messages.UpgradeFailed):
                databases.require_working(self._doing, failed.error)
        return told

    def _ask(self, message, databases, timeout):
        self._root = message.place.root if isinstance(message, messages.Order) else self._root
        told, given, failed = [], [], None
        self._send(message)
        for answer in self._answers(timeout):
            if answer.kept_in or isinstance(answer, messages.Comparing):
                told.append(answer)
            elif isinstance(answer, messages.ScratchWanted):
                given.append(databases.new(answer))
                self._send(_scratch(given[-1]))
            elif isinstance(answer, messages.RolesWanted):
                databases.expect_roles(answer.dialect, answer.names)
                self._send(messages.Noted())
            elif isinstance(answer, messages.RepositoryWanted):
                raise GitAsked("the project's code asks git, which was not known.", hint="Run it again.")
            elif isinstance(answer, messages.Failed):
                failed = failed or answer
            else:
                raise self._refusal(answer)
        if failed:
            raise self._project_error(failed)
        return Told(told, given)

    def _refusal(self, answer):
        if isinstance(answer, messages.Unsupported):
            return InterpreterError(
                f"{answer.found} is too old: {answer.needed} or newer is needed.",
                cause=self._interpreter.place,
            )
        if isinstance(answer, messages.ImportedElsewhere):
            return ProjectError(
                f"{answer.module} was imported from the working tree, not from what is judged.",
                cause=answer.path,
                hint="Something loads it by its path, past what is judged: import it by name, or from a path relative to __file__.",
            )
        return GuardError(f"the worker said {type(answer).__name__}, which it never should.")

    def _send(self, message):
        # A worker that has ended tells why in what it sent, or by its exit code.
        with suppress(BrokenPipeError):
            send(self._in.fileno(), message)

    def _answers(self, timeout):
        """Up to the one after which it waits, or has ended; signs of life are shown."""
        while True:
            chunk = self._read(timeout)
            if not chunk:
                raise self._ended(timeout)
            for message in self._incoming.take(chunk):
                if isinstance(message, messages.Progress):
                    self._doing, self._part = message.doing, message.part
                elif isinstance(message, (messages.Done, messages.OrdersWanted)):
                    self._line.clear()  # a person may be asked
                    return
                else:
                    yield message

    def _read(self, timeout):
        pipe = self._out
        deadline = time.monotonic() + timeout
        while True:
            self._line.show(f"{self._doing} ({self._part})" if self._part else self._doing)
            if select.select([pipe], [], [], min(0.2, timeout))[0]:
                return os.read(pipe.fileno(), 1 << 16)
            # Not by end-of-file alone: a forked child of the project's may hold the pipe.
            if self._process.poll() is not None and not select.select([pipe], [], [], 0)[0]:
                return b""
            if time.monotonic() > deadline:
                raise self._stuck(timeout)

    def _stuck(self, timeout):
        os.kill(self._process.pid, signal.SIGUSR1)  # tells the log where it is
        time.sleep(_DUMP_TIME)
        return ProjectError(
            f"nothing happened for {timeout:g} s while {self._doing}.",
            cause=self._last_words(),
            hint="Allow more: timeout = 600 (seconds without progress) in [tool.migrate-guard].",
        )

    def _ended(self, timeout):
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:  # only the pipe has ended: the project closed it
            return self._stuck(timeout)
        started = select.select([self._err], [], [], 0)[0]
        words = os.read(self._err.fileno(), 4096).decode(errors="replace") if started else ""
        return ProjectError(
            f"the project's Python ended with {processes.how_it_ended(code)} while {self._doing}.",
            cause="\n".join(filter(None, [words.strip(), self._last_words()])),
            hint=_KILLED if code == -signal.SIGKILL else "",
        )

    def _project_error(self, failed):
        message = f"{failed.doing} failed."
        cause = "\n".join([failed.error, *failed.frames])
        if failed.missing_module:
            return MissingModule(message, cause, failed)
        if failed.asked:
            return MissingVariables(message, cause, failed.hint, failed.asked, failed.missing)
        return ProjectError(message, cause=cause, hint=failed.hint)

    def _last_words(self):
        """Where the project was, if the log tells, and the end of what it printed."""
        try:
            with open(self._log, "rb") as log:
                text = log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        dump = _DUMP.search(text)
        printed = text[: dump.start()] if dump else text
        own = self._own_frames(text[dump.start() :]) if dump else []
        return "\n".join([*own, *printed.splitlines()[-_LOG_LINES:]])

    def _own_frames(self, dump):
        """The project's own frames, the last call last."""
        calls = [(os.path.relpath(file, self._root), *rest) for file, *rest in _DUMPED_FRAME.findall(dump)]
        own = [call for call in calls if not call[0].startswith(os.pardir)]
        return ["{}:{} in {}".format(*call) for call in reversed(own[:_FRAMES])]


def _scratch(database):
    return messages.Scratch(
        database.address,
        database.create_from,
        database.create_with,
        database.replaces,
        database.setup,
        database.turn,
        database.start,
    )
