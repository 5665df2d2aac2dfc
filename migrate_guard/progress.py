"""What is being done, on one line of a terminal that is rewritten, and gone in the end."""

import os
import time

_PATIENCE = 1.0  # seconds in which nobody wonders
_REWRITE = "\r\033[K"


class Line:
    """On ``stream``, where that is a terminal; elsewhere nothing is shown."""

    def __init__(self, stream):
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
        self._stream.write(text)
        self._stream.flush()
