"""The controller's half of the conversation with the worker."""

import os
import select
import signal
import subprocess
import time

from migrate_guard import protocol
from migrate_guard.errors import GuardError, InterpreterError, ProjectError
from migrate_guard.protocol import Observation, decode, encode

_WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__worker__.py")
_LOG_LINES = 8


class MissingModule(ProjectError):
    """The project imports ``module``, which its interpreter does not have."""

    def __init__(self, module, message, cause):
        super().__init__(message, cause=cause)
        self.module = module


class Worker:
    """A worker process, started at once so that its imports run while the snapshot is made.

    ``log`` is a file of ours that takes what the project prints. To be used in a ``with`` block, which ends every
    process that the project left in the worker's group.
    """

    def __init__(self, interpreter, log: str, environ):
        self._interpreter = interpreter
        self._log = log
        command = [*interpreter.command, "-I", _WORKER, log]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environ(environ, interpreter),
                start_new_session=True,  # no terminal: getpass would wait on it for ever
                bufsize=0,
            )
        except OSError as error:
            raise InterpreterError(f"{' '.join(interpreter.command)} cannot be run.", cause=str(error)) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # the whole group has ended by itself
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()

    def observe(self, start: protocol.Start, ladder, timeout: float) -> Observation:
        """What the worker saw. ``timeout`` is in seconds without a sign of progress.

        Raises ProjectError, InterpreterError or ScratchError where it came to no verdict.
        """
        seen, failed, doing = Observation(), None, "starting"
        self._send(start)
        for message in self._messages(timeout, lambda: doing):
            if isinstance(message, protocol.Progress):
                doing = message.doing
            elif isinstance(message, protocol.ScratchWanted):
                self._send(protocol.Scratch(ladder.address(message.key, message.dialect, message.purpose)))
            elif isinstance(message, protocol.Unsupported):
                raise InterpreterError(
                    f"{message.found} is too old: {message.needed} or newer is needed.",
                    cause=self._interpreter.place,
                )
            elif isinstance(message, protocol.Failed):
                failed = failed or message
            elif isinstance(message, protocol.ImportedElsewhere):
                raise ProjectError(
                    f"{message.module} was imported from the working tree, not from what is judged.",
                    cause=message.path,
                    hint="Please report how it is installed; an ordinary editable install is no hindrance.",
                )
            else:
                _take(seen, message)
        if failed:
            raise self._project_error(failed)
        return seen

    def _send(self, message):
        try:
            self._process.stdin.write(encode(message))
        except BrokenPipeError:
            pass  # the worker has ended; why is in what it sent, or in its exit code

    def _messages(self, timeout, doing):
        buffer = b""
        while True:
            chunk = self._read(timeout, doing)
            if not chunk:
                raise self._ended(doing())
            buffer += chunk
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                message = decode(line)
                if isinstance(message, protocol.Done):
                    return
                yield message
                if isinstance(message, protocol.Unsupported):
                    return

    def _read(self, timeout, doing):
        pipe = self._process.stdout
        deadline = time.monotonic() + timeout
        while True:
            if select.select([pipe], [], [], min(0.2, timeout))[0]:
                return os.read(pipe.fileno(), 1 << 16)
            # Not by end-of-file alone: a forked child of the project's may hold the pipe.
            if self._process.poll() is not None and not select.select([pipe], [], [], 0)[0]:
                return b""
            if time.monotonic() > deadline:
                raise ProjectError(
                    f"nothing happened for {timeout:g} s while {doing()}.",
                    cause=self._last_words(),
                    hint="Allow more: timeout = 600 (seconds without progress) in [tool.migrate-guard].",
                )

    def _ended(self, doing):
        code = self._process.wait()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        started = select.select([self._process.stderr], [], [], 0)[0]
        words = os.read(self._process.stderr.fileno(), 4096).decode(errors="replace") if started else ""
        return ProjectError(
            f"the project's Python ended with {how} while {doing}.",
            cause="\n".join(filter(None, [words.strip(), self._last_words()])),
        )

    def _project_error(self, failed):
        message = f"{failed.doing} failed."
        cause = "\n".join([failed.error, *failed.frames])
        if failed.missing_module:
            return MissingModule(failed.missing_module, message, cause)
        return ProjectError(message, cause=cause, hint=failed.hint)

    def _last_words(self):
        """The end of what the project printed."""
        try:
            with open(self._log, "rb") as log:
                lines = log.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(lines[-_LOG_LINES:])


def _take(seen, message):
    if isinstance(message, protocol.Ready):
        seen.ready = message
    elif isinstance(message, protocol.Known):
        seen.known.append(message)
    elif isinstance(message, protocol.Operation):
        seen.operations.append(message)
    elif isinstance(message, protocol.UpgradeFailed):
        seen.upgrade_failed = message
    elif isinstance(message, protocol.Written):
        seen.written.append(message.path)
    elif isinstance(message, protocol.Compared):
        seen.tables += message.tables
    else:
        raise GuardError(f"the worker said {type(message).__name__}, which it never should.")


def _environ(environ, interpreter):
    """The user's environment without what a hook, or a Python of ours, has put into it."""
    gone = ("VIRTUAL_ENV", "PRE_COMMIT", "PREK", "PYTHON", "GIT_", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in environ.items() if not name.startswith(gone)}
    scripts = os.path.dirname(interpreter.command[0])
    kept["PATH"] = os.pathsep.join([scripts, environ.get("PATH", os.defpath)])
    return kept
