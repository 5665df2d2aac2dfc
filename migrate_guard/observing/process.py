"""A process of the project's interpreter: what starts it, what it finds around it, how it ended."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping

import migrate_guard
from migrate_guard.errors import InterpreterError
from migrate_guard.interpreter import Interpreter

STARTER = os.path.join(os.path.dirname(os.path.abspath(migrate_guard.__file__)), "__worker__.py")
_OF_HOOKS = ("VIRTUAL_ENV", "PRE_COMMIT", "PREK", "GIT_", "__PYVENV_LAUNCHER__")
# What the interpreter itself reads; PYTHON_ENV and the like are the project's.
_OF_PYTHON = re.compile(
    r"PYTHON([A-Z0-9]+|_(BASIC_REPL|COLORS|CPU_COUNT|FROZEN_MODULES|GIL|HISTORY|JIT|PRESITE))$"
)


def start(
    interpreter: Interpreter, environ: Mapping[str, str], log: str, *role: str, stderr: int
) -> subprocess.Popen[bytes]:
    """A process of ours in the project's interpreter; ``log`` takes what the project prints. Raises InterpreterError."""
    try:
        return subprocess.Popen(
            # -u: what the project printed is in the log even where it crashes
            [*interpreter.command, "-I", "-u", STARTER, log, *role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment_of(environ, interpreter),
            # No terminal: getpass would wait on it for ever. And ^C is for us: it ends when we do.
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise InterpreterError(f"{' '.join(interpreter.command)} cannot be run.", cause=str(error)) from None


def python_path(environ: Mapping[str, str]) -> list[str]:
    """The entries of PYTHONPATH, which the interpreter itself is kept from."""
    return [entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def environment_of(environ: Mapping[str, str], interpreter: Interpreter) -> dict[str, str]:
    """The user's environment without what a hook, or a Python of ours, has put into it."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(_OF_HOOKS) and not _OF_PYTHON.match(name)
    }
    places = environ.get("PATH", os.defpath).split(os.pathsep)
    if sys.prefix != sys.base_prefix:  # a virtual environment of ours, not the system's own place
        places = [place for place in places if place != os.path.join(sys.prefix, "bin")]
    kept["PATH"] = os.pathsep.join([os.path.dirname(interpreter.command[0]), *places])
    return kept
