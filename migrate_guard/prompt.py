"""Ask the person who commits one question, where there is one and the hook runner lets it through."""

import os
import select
from typing import NamedTuple

_SECONDS = 60
_NO = {"n", "no", "q"}


class Answer(NamedTuple):
    """``message`` is the one for the missing revision, None for no."""

    message: str | None


def ask(screen: str, message: str, environ, seconds: float = _SECONDS) -> Answer | None:
    """The answer of the person who commits; None where nobody can be asked.

    ``screen`` is shown first, since a runner may hold our output back until we exit. Enter takes ``message``.
    """
    terminal = _terminal(environ)
    if terminal is None:
        return None
    with os.fdopen(terminal, "r+b", buffering=0) as tty:
        tty.write(screen.encode() + _question(message).encode())
        try:
            answer = _line(terminal, seconds)
        except KeyboardInterrupt:
            answer = None
        if answer is None:
            tty.write(b"\n")
            return Answer(None)
    answer = answer.strip()
    return Answer(None if answer.lower() in _NO else answer or message)


def _question(message):
    return f"\nWrite the missing revision now, for you to review?\n[Enter] \"{message}\"  [text] another message  [n] no: "


def _terminal(environ):
    if environ.get("CI") or environ.get("MIGRATE_GUARD_NO_PROMPT") is not None:
        return None
    if any(name.startswith("PREK") for name in environ):  # its spinner paints over the question
        return None
    # A session of our parent's own is lefthook's terminal, which nobody sees.
    if os.getsid(0) in (os.getpid(), os.getppid()):
        return None
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    if os.tcgetpgrp(terminal) != os.getpgrp():
        os.close(terminal)
        return None
    return terminal


def _line(terminal, seconds):
    ready, _, _ = select.select([terminal], [], [], seconds)
    line = os.read(terminal, 4096) if ready else b""
    return line.decode(errors="replace") if line else None


