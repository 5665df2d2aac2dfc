"""The controller's half of the conversation with the worker."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

from migrate_guard.errors import GuardError, InterpreterError, ProjectError
from migrate_guard.machine import terminal
from migrate_guard.observing.process import STARTER, environment_of, how_it_ended
from migrate_guard.protocol import messages
from migrate_guard.protocol.lines import decode, encode
from migrate_guard.protocol.observation import Observation, observed

_KILLED = "Run it again. If nobody killed it, memory may have run out: see what the system's log says."
_LOG_LINES = 8
_FRAMES = 4
_DUMP_TIME = 0.2
# What the worker's faulthandler writes: where the interpreter was when it crashed or hung.
_DUMP = re.compile(r"^(Fatal Python error|Current thread 0x|Thread 0x|Stack \(most recent)", re.M)
_DUMPED_FRAME = re.compile(r'^  File "(.+)", line (\d+) in (.+)$', re.M)


class MissingModule(ProjectError):
    """The project imports ``module``, which its interpreter does not have."""

    def __init__(self, module, message, cause):
        super().__init__(message, cause=cause)
        self.module = module


class MissingVariables(ProjectError):
    """It may fail since ``asked`` were asked for in vain; ``missing`` are those that it names."""

    def __init__(self, message, cause, hint, asked, missing):
        super().__init__(message, cause=cause, hint=hint)
        self.asked, self.missing = asked, missing


class Worker:
    """A worker process, started at once so that its imports run while the snapshot is made.

    ``log`` is a file of ours that takes what the project prints. To be used in a ``with`` block, which ends every
    process that the project left in the worker's group.
    """

    def __init__(self, interpreter, log: str, environ):
        self._interpreter = interpreter
        self._log = log
        self._doing, self._part = "starting", ""
        self._line = terminal.Line(sys.stderr)
        # -u: what the project printed is in the log even where it crashes
        command = [*interpreter.command, "-I", "-u", STARTER, log]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment_of(environ, interpreter),
                start_new_session=True,  # no terminal: getpass would wait on it for ever
                bufsize=0,
            )
        except OSError as error:
            raise InterpreterError(
                f"{' '.join(interpreter.command)} cannot be run.", cause=str(error)
            ) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._line.clear()
        # The whole group may have ended by itself: macOS refuses where it has not been waited for yet.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()

    def observe(self, start: messages.Start, databases, timeout: float, orders=None) -> Observation:
        """What the worker saw; ``databases`` gives the scratch databases. ``timeout`` is in seconds without a sign
        of progress. ``orders`` makes protocol.Orders of what was seen before a revision is written.

        Raises ProjectError, InterpreterError or ScratchError where it came to no verdict.
        """
        try:
            seen = self._observe(start, databases, timeout, orders)
        except GuardError as error:
            databases.require_working(self._doing, f"{error.message}\n{error.cause}")
            raise
        if seen.upgrade_failed:
            databases.require_working(self._doing, seen.upgrade_failed.error)
        return seen

    def _observe(self, start, databases, timeout, orders):
        told, engines, starts, failed = [], [], [], None
        self._root = start.root
        self._send(start)
        for message in self._messages(timeout):
            if message.kept_in or isinstance(message, messages.Comparing):
                told.append(message)
            elif isinstance(message, messages.Progress):
                self._doing, self._part = message.doing, message.part
            elif isinstance(message, messages.ScratchWanted):
                database = databases.new(message)
                engines.append(database.engine)
                if database.judged:
                    starts.append(database.start)
                self._send(
                    messages.Scratch(
                        database.address,
                        database.create_from,
                        database.create_with,
                        database.replaces,
                        list(database.setup),
                        database.turn,
                        database.start,
                    )
                )
            elif isinstance(message, messages.OrdersWanted):
                self._line.clear()  # a person may be asked
                self._send(orders(observed(told, engines=tuple(engines), starts=tuple(starts))))
            elif isinstance(message, messages.RolesWanted):
                databases.expect_roles(message.dialect, message.names)
                self._send(messages.Noted())
            elif isinstance(message, messages.Unsupported):
                raise InterpreterError(
                    f"{message.found} is too old: {message.needed} or newer is needed.",
                    cause=self._interpreter.place,
                )
            elif isinstance(message, messages.Failed):
                failed = failed or message
            elif isinstance(message, messages.ImportedElsewhere):
                raise ProjectError(
                    f"{message.module} was imported from the working tree, not from what is judged.",
                    cause=message.path,
                    hint="Something loads it by its path, past what is judged: import it by name, or from a path relative to __file__.",
                )
            else:
                raise GuardError(f"the worker said {type(message).__name__}, which it never should.")
        if failed:
            raise self._project_error(failed)
        proved = [one for one in told if isinstance(one, messages.Known) and one.id in start.proved]
        return observed(told, engines=tuple(engines), starts=tuple(starts), proved=tuple(proved))

    def _send(self, message):
        # A worker that has ended tells why in what it sent, or by its exit code.
        with suppress(BrokenPipeError):
            self._process.stdin.write(encode(message))

    def _messages(self, timeout):
        buffer = b""
        while True:
            chunk = self._read(timeout)
            if not chunk:
                raise self._ended(timeout)
            buffer += chunk
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                message = decode(line)
                if isinstance(message, messages.Done):
                    return
                yield message
                if isinstance(message, messages.Unsupported):
                    return

    def _read(self, timeout):
        pipe = self._process.stdout
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
        started = select.select([self._process.stderr], [], [], 0)[0]
        words = os.read(self._process.stderr.fileno(), 4096).decode(errors="replace") if started else ""
        return ProjectError(
            f"the project's Python ended with {how_it_ended(code)} while {self._doing}.",
            cause="\n".join(filter(None, [words.strip(), self._last_words()])),
            hint=_KILLED if code == -signal.SIGKILL else "",
        )

    def _project_error(self, failed):
        message = f"{failed.doing} failed."
        cause = "\n".join([failed.error, *failed.frames])
        if failed.missing_module:
            return MissingModule(failed.missing_module, message, cause)
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
