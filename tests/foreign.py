"""The environments of the projects that are judged: each is built once, all before a run, and kept in the work folder."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".work"

# The project's side, newest and oldest. Flask-Migrate brings Alembic and SQLAlchemy.
NEWEST = (
    "alembic",
    "sqlalchemy",
    "flask-migrate",
    "flask-sqlalchemy",
    "python-dotenv",
    "aiosqlite",
    "greenlet",
    "gevent",
)
DRIVERS = (
    "psycopg[binary,pool]",
    "psycopg2-binary",
    "asyncpg",
    "pg8000",
    "pymysql",
    "aiomysql",
    "asyncmy",
    "mysql-connector-python",
    "oracledb",
    "pymssql",
    "cryptography",
)
PLUGINS = (
    "alembic",
    "sqlalchemy",
    "alembic-postgresql-enum",
    "alembic-utils",
    "geoalchemy2",
    "passlib",
    "pgvector",
    "psycopg[binary]",
    "pymysql",
    "sqlalchemy-utils",
    "sqlmodel",
)
BACKENDS = (
    "setuptools>=77",
    "hatchling",
    "editables",
    "uv_build",
    "flit_core",
    "meson-python",
    "meson",
    "ninja",
)
OLDEST = "3.8"

ENVIRONMENTS = {
    "newest": NEWEST,
    "drivers": (*NEWEST, *DRIVERS),
    # these come as source alone, and need a compiler and the headers of MariaDB's client library
    "built drivers": (*NEWEST, "mysqlclient", "mariadb"),
    "plugins": PLUGINS,
    "formatters": ("alembic", "sqlalchemy", "ruff", "black"),
    "settings": (*NEWEST, "pydantic-settings", "environs", "python-decouple"),
    "anyio": ("alembic", "sqlalchemy", "aiosqlite", "anyio", "greenlet"),
    # the newest that work together
    "duckdb": ("alembic", "sqlalchemy==2.0.36", "duckdb-engine==0.17.0", "duckdb==1.1.3"),
    "oldest": ("alembic==1.8.1", "sqlalchemy==1.4.54", "flask-migrate", "flask-sqlalchemy"),
    "too old": ("alembic==1.7.7", "sqlalchemy==1.4.54"),
    "backends": BACKENDS,
    "backend": ("hatchling>=1.26",),
    "extra": ("--editable", f"{ROOT}[postgres]"),
    "a driver written in Python alone": ("pg8000",),
}


class CannotBeBuilt(Exception):
    """What this machine lacks for an environment, in words."""


def environment_called(name: str) -> Path:
    """The environment of ENVIRONMENTS. Raises CannotBeBuilt."""
    python = sys.executable
    if name == "oldest":
        python = find_python(OLDEST)
        if python is None:
            raise CannotBeBuilt(f"no Python {OLDEST} on this machine")
    if name == "built drivers":
        missing = [tool for tool in ("cc", "pkg-config", "mariadb_config") if not shutil.which(tool)]
        if not Path(sysconfig.get_path("include"), "Python.h").exists():
            missing.append("Python.h")
        if missing:
            raise CannotBeBuilt(f"mysqlclient and mariadb cannot be built without {', '.join(missing)}")
    return foreign_environment(python, ENVIRONMENTS[name])


def foreign_environment(python: str, requirements: tuple[str, ...]) -> Path:
    """A virtual environment without migrate-guard, built once and kept in the work folder."""
    # the tests' own environment would do as a base, and differs by checkout
    python = os.path.realpath(python)
    digest = hashlib.sha256(repr((python, requirements)).encode()).hexdigest()[:12]
    folder = WORK / "environments" / digest
    with building(folder) as needed:
        if needed:
            _uv("venv", "--seed", "--python", python, folder)
            _uv("pip", "install", "--compile-bytecode", "--python", folder / "bin/python", *requirements)
    return folder


def _uv(*words):
    # its cache beside the environments, which share their files with it
    environ = {"UV_CACHE_DIR": str(WORK / "uv"), "UV_PYTHON_DOWNLOADS": "never", **os.environ}
    command = [sys.executable, "-m", "uv", *map(str, words), "--quiet"]
    subprocess.run(command, env=environ, check=True)


@contextlib.contextmanager
def building(folder: Path):
    """Whether ``folder`` is still to be filled, by the block; other processes of the tests wait for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        needed = not (folder / "ready").exists()
        if needed:
            shutil.rmtree(folder, ignore_errors=True)
        yield needed
        (folder / "ready").touch()


def find_python(version: str) -> str | None:
    """An interpreter of ``version`` ("3.8") that runs: of the PATH, or of pyenv, whose shims may refuse."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))]
    for candidate in filter(None, candidates):
        probe = subprocess.run([candidate, "-c", "import venv"], capture_output=True)
        if probe.returncode == 0:
            return str(candidate)
    return None


def main() -> None:
    """Build each of them; what this machine cannot build, a test that asks for it is skipped for."""

    def build(name):
        with contextlib.suppress(CannotBeBuilt):
            environment_called(name)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(build, ENVIRONMENTS))


if __name__ == "__main__":
    main()
