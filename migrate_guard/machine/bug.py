"""A bug of ours: the log file that a report of it needs."""

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Mapping

from migrate_guard.machine.workspace import cache_folder


def write_report(error: Exception, version: str, environ: Mapping[str, str]) -> str:
    """Write versions and traceback to a file; returns its path."""
    folder = cache_folder(environ)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix="bug-", suffix=".log", dir=folder)
    except OSError:
        handle, path = tempfile.mkstemp(prefix="migrate-guard-bug-", suffix=".log")
    with os.fdopen(handle, "w") as file:
        file.write(f"migrate-guard {version}\nPython {sys.version}\n{platform.platform()}\n")
        file.write(f"{sys.argv}\n\n")
        file.write("".join(traceback.format_exception(error)))
    return path
