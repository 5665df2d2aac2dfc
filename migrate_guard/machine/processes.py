"""Processes that must not outlive a run: each inherits a locked file that tells its pid.

The lock lasts as long as any of them, however the run ends, and so it tells the next run that the pid is still theirs.
"""

import ctypes
import fcntl
import os
import resource
import signal
import sys
import time
from contextlib import suppress

_SECONDS_TO_STOP = 5
_PR_SET_PDEATHSIG = 1


def new_file(path: str) -> int:
    """A descriptor of the locked file ``path``, to be inherited."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def begin(file: int, parent: int) -> None:
    """In the child, before it becomes another program, and the leader of its own group: tells its pid."""
    os.pwrite(file, b"%-20d" % os.getpid(), 0)
    signal.signal(
        signal.SIGQUIT, signal.SIG_DFL
    )  # a script's "command &" has it ignored, by children as well
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # SIGQUIT is how it is to end
    _end_with_parent()
    if os.getppid() != parent:
        os._exit(1)  # killed before the line above


def _end_with_parent():
    """A killed run leaves none behind, not even until the next one. Linux alone has this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def end(path: str) -> bool:
    """End those that inherited the file ``path``, in good order or by force; whether all have ended."""
    with open(path) as file:
        for number in (signal.SIGQUIT, signal.SIGKILL):
            if _is_free(file):
                return True
            told = file.read(20).strip()
            file.seek(0)
            if told:
                # macOS refuses where the leader has ended and was not waited for yet.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(int(told), number)
            deadline = time.monotonic() + _SECONDS_TO_STOP
            while not _is_free(file) and time.monotonic() < deadline:
                time.sleep(0.005)
        return _is_free(file)


def _is_free(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def how_it_ended(code: int) -> str:
    """The exit code of a process in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
