"""Repositories, foreign environments and whole projects for the tests; all of them real."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from migrate_guard.scratch import mysql, postgres
from migrate_guard.scratch.wheel import Wheel
from tests import golden

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = ROOT / "tests" / "projects"
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
FORMATTERS = ("alembic", "sqlalchemy", "ruff", "black")
# These come as source alone, and need a compiler and the headers of MariaDB's client library.
BUILT_DRIVERS = ("mysqlclient", "mariadb")
FLOOR = ("alembic==1.8.1", "sqlalchemy==1.4.54", "flask-migrate", "flask-sqlalchemy")


# Where temporary files lie in memory, and how much room a run needs there
MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30


def pytest_configure():
    """On a disk the databases of servers cost the tests twice as much of both cores."""
    if "TMPDIR" not in os.environ and _takes_programs(MEMORY) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def _takes_programs(folder):
    return os.access(folder, os.W_OK | os.X_OK) and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def pytest_addoption(parser):
    parser.addoption("--moments", type=int, default=20, help="how many moments to kill a run at")
    parser.addoption("--seed", type=int, default=None, help="of the moments; a random one if not given")
    parser.addoption("--wide", action="store_true", help="each test on each server and driver that it is for")
    parser.addoption("--renew-screens", action="store_true", help="write tests/screens anew, as they are now")
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test fails the run")


# What a second server or driver says of the same point: left to `make wide`
_WIDE = re.compile(
    r"test_connecting\[(create_engine-(postgresql\+pg8000|mysql)|async_connect_args-(postgresql\+psycopg|mysql)|creator-mysql|"
    r"twophase-postgresql\+(psycopg2|pg8000)|statements_before-mysql|creates_the_database-mysql|no_transactional_ddl-mysql|"
    r"events-mysql|async_creator-mysql)"
    r"|test_roles_of_a_run_go_with_it\[(mysql|.*server of our own)"
    r"|test_(killed_at_any_moment_while_others_run|what_a_killed_run_left_is_removed_by_the_next)\[mysql"
    r"|test_a_killed_keeper\[.*-autogenerate-"
    r"|test_duckdb\[one"
    r"|test_nothing_is_seen_where_nothing_changed\[MariaDB"
    r"|test_hooks_of_configure\[mysql"
    r"|test_revisions_that_name_the_configured_database\[mysql"
    r"|test_the_staged_models_are_judged\[(setuptools_(compat|strict_renamed|finder)|meson_renamed|hatchling_mapped)"
)


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--wide"):
        left = [item for item in items if _WIDE.search(item.nodeid)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def pytest_xdist_auto_num_workers():
    """Half of the time a test waits for a process of its own."""
    return 2 * (os.cpu_count() or 1)


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # None in the processes that share the tests
    if reporter and session.config.getoption("--fail-on-skip") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def foreign_environment(python: str, requirements: tuple[str, ...]) -> Path:
    """A virtual environment without migrate-guard, built once and kept in the work folder."""
    python = os.path.realpath(
        python
    )  # the tests' own environment would do as a base, and differs by checkout
    digest = hashlib.sha256(repr((python, requirements)).encode()).hexdigest()[:12]
    folder = WORK / "environments" / digest
    with building(folder) as needed:
        if needed:
            subprocess.run([python, "-m", "venv", folder], check=True)
            pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *requirements]
            subprocess.run(pip, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


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


@pytest.fixture(scope="session")
def environment():
    """The newest foreign environment."""
    return foreign_environment(sys.executable, NEWEST)


@pytest.fixture(scope="session")
def driver_environment():
    """The newest one with every driver of a server that comes as a wheel."""
    return foreign_environment(sys.executable, (*NEWEST, *DRIVERS))


@pytest.fixture(scope="session")
def plugin_environment():
    """The newest Alembic and SQLAlchemy with what people add to them: plugins, and types of their own."""
    return foreign_environment(sys.executable, PLUGINS)


@pytest.fixture(scope="session")
def formatter_environment():
    """The newest one with what projects format their revisions with."""
    return foreign_environment(sys.executable, FORMATTERS)


@pytest.fixture(scope="session")
def built_environment():
    """The newest one with the drivers that have to be built."""
    missing = [tool for tool in ("cc", "pkg-config", "mariadb_config") if not shutil.which(tool)]
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        missing.append("Python.h")
    if missing:
        pytest.skip(f"mysqlclient and mariadb cannot be built: no {', '.join(missing)} on this machine")
    return foreign_environment(sys.executable, (*NEWEST, *BUILT_DRIVERS))


@pytest.fixture(scope="session")
def postgresql():
    """The PostgreSQL of this machine."""
    return _server(postgres.installed(os.environ), "postgresql")


@pytest.fixture(scope="session")
def mariadb():
    """The MariaDB of this machine."""
    return _server(mysql.installed(os.environ), "mariadb")


def _server(installed, name):
    found = next((server for server in installed if server.name == name), None)
    return found or pytest.skip(f"no {name} on this machine")


@pytest.fixture(scope="session")
def extra():
    """The Python of an environment that has migrate-guard[postgres]."""
    return foreign_environment(sys.executable, ("--editable", f"{ROOT}[postgres]")) / "bin/python"


@pytest.fixture(scope="session")
def wheel(extra):
    """The PostgreSQL of the wheel, as the guard finds it there."""
    find = "from migrate_guard.scratch.wheel import installed; print(next(installed()).folder)"
    done = subprocess.run([extra, "-c", find], capture_output=True, text=True, check=True)
    folder = done.stdout.strip()
    return Wheel(folder, postgres.version(folder))


@pytest.fixture(scope="session")
def floor_environment():
    """The oldest supported one."""
    python = find_python("3.8")
    if python is None:
        pytest.skip("no Python 3.8 on this machine")
    return foreign_environment(python, FLOOR)


class Checkout:
    """A repository of a test, with the commands that its user would type."""

    def __init__(self, path: Path, variables: dict[str, str]):
        self.path = path
        self.variables = variables

    def run(self, *command, cwd=None, env=None, stdin=subprocess.DEVNULL, **options):
        return subprocess.run(
            list(map(str, command)),
            cwd=self.path / (cwd or "."),
            env={**self.variables, **(env or {})},
            stdin=stdin,
            capture_output=True,
            text=True,
            **options,
        )

    def git(self, *arguments, **options) -> str:
        """Output of a git command that must succeed."""
        done = self.run("git", *arguments, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def commit(self, message="Change", *arguments, **options):
        """``git add -A`` and commit, which must succeed."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, *arguments, **options)

    def guard(self, *arguments, **options):
        """The migrate-guard command; nothing is asserted of its result."""
        return self.run(sys.executable, "-m", "migrate_guard", *arguments, **options)

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.path / name).read_text()
        assert old in text, f"{name} has no {old!r}"
        self.write(name, text.replace(old, new))


def fill_from_templates(folder: Path, environment: Path) -> None:
    """What ``alembic init`` and ``flask db init`` would make there, from the templates that ``environment`` has.

    A file TEMPLATE names them; a file that the project has of its own stays.
    """
    (packages,) = environment.glob("lib/python*/site-packages")
    for named in folder.rglob("TEMPLATE"):
        for file in (packages / named.read_text().strip()).iterdir():
            made = named.parent / file.name.removeprefix("README").replace(".ini.mako", ".ini")
            wanted = file.name in ("env.py", "script.py.mako") or "flask_migrate" in str(file)
            if wanted and file.is_file() and made.name and not made.exists():
                shutil.copy(file, made)
        named.unlink()


@pytest.fixture
def variables(tmp_path):
    """The environment of a user without any settings of their own."""
    home = tmp_path / "home"
    home.mkdir()
    config = home / "gitconfig"
    config.write_text(
        '[user]\nname = A\nemail = a@example.org\n[init]\ndefaultBranch = main\n[protocol "file"]\nallow = always\n'
    )
    gone = (
        "GIT_",
        "PRE_COMMIT",
        "PREK",
        "VIRTUAL_ENV",
        "PYTHON",
        "MIGRATE_GUARD",
        "FLASK",
        "SKIP",
        "CI",
        "XDG_",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(gone)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        # A test that commits from a real terminal must not wait for its developer.
        "MIGRATE_GUARD_NO_PROMPT": "1",
    }


@pytest.fixture
def shows(request, tmp_path):
    """``shows(screen, file, variant)``: it is the one of tests/screens/<file>.txt; or a process, for what it printed.

    WORD=value has WORD there for a value that only the test knows.
    """
    renew = request.config.getoption("--renew-screens")

    def compare(screen, file, variant, **words):
        text = screen if isinstance(screen, str) else screen.stdout + screen.stderr
        assert "Traceback" not in text
        found = {str(tmp_path): "TMP", **{str(value): word for word, value in words.items()}}
        golden.compare(golden.steady(text, found), file, variant, renew)

    return compare


@pytest.fixture
def templates(tmp_path, tmp_path_factory):
    """Those of servers, which every test of the session finds: to make one anew takes longer than most checks."""
    shared = tmp_path_factory.getbasetemp().parent / "templates"
    shared.mkdir(mode=0o700, exist_ok=True)
    cache = tmp_path / "cache" / "migrate-guard"
    cache.mkdir(mode=0o700, parents=True)
    (cache / "templates").symlink_to(shared)


@pytest.fixture
def checkout(tmp_path, variables, templates):
    """An empty repository."""
    path = tmp_path / "repository"
    path.mkdir()
    made = Checkout(path, variables)
    made.git("init", "-q")
    return made


@pytest.fixture
def project(checkout, environment):
    """``project(name)``: tests/projects/<name> as the first commit of a repository, with its interpreter named."""

    def copy(name: str, python: Path = environment) -> Checkout:
        shutil.copytree(PROJECTS / name, checkout.path, dirs_exist_ok=True)
        fill_from_templates(checkout.path, python)
        checkout.variables["MIGRATE_GUARD_PYTHON"] = str(python)
        checkout.commit("Begin")
        return checkout

    return copy


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """These files, committed or not, as the repository that hooks are installed from: one commit, tagged v0.1.0."""
    folder = tmp_path_factory.mktemp("published") / "migrate-guard"
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in map(os.fsdecode, filter(None, listing.stdout.split(b"\0"))):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Publish"], ["tag", "v0.1.0"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder
