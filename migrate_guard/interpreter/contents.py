"""What an environment's folder or a Python holds, by a look at the disk or by running it once."""

import os
import subprocess
from collections.abc import Mapping, Sequence

_NEEDED = ("sqlalchemy", "alembic")
_SECONDS = 10
# A folder that an uninstall left behind is a namespace package: it has no origin.
_PROBE = """
import sys
from importlib.util import find_spec
specs = {name: find_spec(name) for name in sys.argv[1:]}
print("without:", *[name for name in specs if specs[name] is None or specs[name].origin is None])
"""


def examine(path: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """(python, what keeps it from being used) of an environment's folder or a Python."""
    python = _python_of(path) if os.path.isdir(path) else path
    if not python:
        return "", "there, but no python in it"
    if not os.path.exists(python):
        if os.path.lexists(python):
            return "", "there, but its python was removed"
        return "", "no such file" if os.path.basename(path).startswith("python") else "no such folder"
    environment = _environment_of(python)
    if environment and holds_both(environment):
        return python, ""
    return python, lack_of((python,), environ, os.path.dirname(python))


def _python_of(folder):
    pythons = [os.path.join(folder, "bin", name) for name in ("python", "python3")]
    return next((p for p in pythons if os.path.exists(p)), next(filter(os.path.lexists, pythons), ""))


def holds_both(environment: str) -> bool:
    """Seen without a process; False may also mean that only its Python can tell."""
    versions = [
        os.path.join(environment, lib, version)
        for lib in ("lib", "lib64")
        for version in _listed(os.path.join(environment, lib))
        if version.startswith("python")
    ]
    if len({os.path.basename(version) for version in versions}) != 1:
        return False  # which of them its Python reads cannot be seen
    return all(
        any(os.path.isfile(os.path.join(v, "site-packages", name, "__init__.py")) for v in versions)
        for name in _NEEDED
    )


def lack_of(command: Sequence[str], environ: Mapping[str, str], folder: str) -> str:
    clean = {
        k: v for k, v in environ.items() if not k.startswith(("PYTHON", "__PYVENV")) and k != "VIRTUAL_ENV"
    }
    try:
        done = subprocess.run(
            [*command, "-I", "-c", _PROBE, *_NEEDED],
            cwd=folder, env=clean, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"there, but no answer in {_SECONDS} seconds"
    except OSError as error:
        return f"there, but does not start ({error.strerror})"
    answer = done.stdout.decode(errors="replace").strip().rpartition("\n")[2]
    if done.returncode or not answer.startswith("without:"):
        return "there, but does not run as a Python"
    lack = answer.split()[1:]
    return f"there, but without {', '.join(lack)}" if lack else ""


def identity(path: str) -> str:
    """One and the same for an environment's folder and its Python; links to the Python are not followed."""
    if not path:
        return ""
    environment = path if os.path.isdir(path) else _environment_of(path)
    if environment:
        return os.path.realpath(environment)
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _environment_of(python):
    folder = os.path.dirname(os.path.dirname(python))
    return folder if is_environment(folder) else ""


def is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg")) or os.path.isdir(
        os.path.join(folder, "conda-meta")
    )


def is_conda_base(folder: str) -> bool:
    return os.path.isdir(os.path.join(folder, "condabin"))


def _listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []
