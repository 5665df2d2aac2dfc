"""The terminal: one question to the person who commits, and one line of what is being done."""

import math
import os
import select
import termios
import time
from collections.abc import Mapping
from typing import TextIO

_SECONDS = 60
_NO = {"n", "no", "q"}
_YES = {"y", "yes"}
_PATIENCE = 1.0  # seconds in which nobody wonders
_REWRITE = "\r\033[K"


class Answer:
    """``message`` is the one for the missing revision: typed, empty for the suggested one, None for no."""

    def __init__(self, message: str | None) -> None:
        self.message = message


def ask(screen: str, suggestion: str, environ: Mapping[str, str]) -> Answer | None:
    """The answer of the person who commits; None where nobody can be asked.

    ``screen`` is shown first, since a runner may hold our output back until we exit.
    """
    terminal = _terminal(environ)
    if terminal is None:
        return None
    with os.fdopen(terminal, "r+b", buffering=0) as tty:
        termios.tcflush(terminal, termios.TCIFLUSH)  # what was typed before the question is no answer to it
        # pre-commit has begun a line for our verdict, and not ended it.
        begun = "\n" if "PRE_COMMIT" in environ else ""
        try:
            tty.write(f"{begun}{screen}\n{_question(suggestion)}".encode())
            line = _line(terminal)
        except KeyboardInterrupt:
            line = None
        if line is None or not line.endswith("\n"):
            tty.write(b"\n")
    return answered(line)


def typed(words: str, environ: Mapping[str, str]) -> str | None:
    """The line that somebody types after ``words``, where the command was typed by hand as well: they have all the time.

    None where nobody can be asked.
    """
    unwanted = _unwanted(environ) or not os.isatty(0)
    terminal = None if unwanted else _opened()
    if terminal is None:
        return None
    with os.fdopen(terminal, "r+b", buffering=0) as tty:
        termios.tcflush(terminal, termios.TCIFLUSH)
        tty.write(words.encode())
        return _line(terminal, math.inf)


def _question(suggestion):
    made = f'"{suggestion}"' if suggestion else "a message for each"
    return (
        "Write the missing revision now, for you to review?\n"
        f"[Enter] {made}  [text] another message  [n] no: "
    )


def answered(line: str | None) -> Answer:
    """What a typed line says; the end of input and silence are no."""
    if not line or line.strip().lower() in _NO:
        return Answer(None)
    return Answer("" if line.strip().lower() in _YES else line.strip())


def _unwanted(environ):
    return bool(environ.get("CI")) or "MIGRATE_GUARD_NO_PROMPT" in environ


def _terminal(environ):
    """Of the person who commits, as a hook finds it."""
    if _unwanted(environ):
        return None
    if "PREK_HOOK_STAGE" in environ:  # its spinner paints over the question
        return None
    # A session of our parent's own is lefthook's terminal, which nobody sees.
    if os.getsid(0) in (os.getpid(), os.getppid()):
        return None
    return _opened()


def _opened():
    """The terminal that we are in the foreground of, None where there is none."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    if os.tcgetpgrp(terminal) != os.getpgrp():
        os.close(terminal)
        return None
    return terminal


def _line(terminal, seconds=None):
    """What was typed, empty for end of input; None where nobody answered in ``seconds``, the usual ones for None."""
    end = time.monotonic() + (_SECONDS if seconds is None else seconds)
    while time.monotonic() < end:
        # A ^C that comes just before select() does not end it.
        if select.select([terminal], [], [], _PATIENCE)[0]:
            return os.read(terminal, 4096).decode(errors="replace")
    termios.tcflush(terminal, termios.TCIFLUSH)  # half an answer would go to the shell
    return None


class Line:
    """What is being done, on one line of ``stream`` that is rewritten, and gone in the end.

    Nothing is shown where that is no terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._since = time.monotonic()
        self._shown = ""

    def show(self, doing: str) -> None:
        if not self._stream or doing == self._shown or time.monotonic() - self._since < _PATIENCE:
            return
        width = os.get_terminal_size(self._stream.fileno()).columns or 80
        self._write(_REWRITE + f"{doing} ..."[: width - 1])
        self._shown = doing

    def clear(self) -> None:
        if self._shown:
            self._write(_REWRITE)
            self._shown = ""

    def _write(self, text):
        if self._stream:
            self._stream.write(text)
            self._stream.flush()
