"""Repositories, foreign environments and whole projects for the tests; all of them real."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from migrate_guard.scratch import mysql, postgres
from migrate_guard.scratch.wheel import Wheel
from tests import golden
from tests.foreign import ROOT, CannotBeBuilt, environment_called

PROJECTS = ROOT / "tests" / "projects"
# Where temporary files lie in memory, and how much room a run needs there
MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30


def pytest_configure():
    os.umask(0o022)
    # On a disk the databases of servers cost the tests twice as much of both cores.
    if "TMPDIR" not in os.environ and _takes_programs(MEMORY) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def _takes_programs(folder):
    return os.access(folder, os.W_OK | os.X_OK) and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def pytest_addoption(parser):
    parser.addoption("--moments", type=int, default=5, help="how many moments to kill a run at")
    parser.addoption("--seed", type=int, default=None, help="of the moments; a random one if not given")
    parser.addoption("--wide", action="store_true", help="also what a second one says of the same point")
    parser.addoption("--renew-screens", action="store_true", help="write tests/screens anew, as they are now")
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test fails the run")


# What a test asks for that takes its time: an environment of a project, a server, real commits
SLOW = {"foreign", "servers", "checkout", "published", "commits"}


def pytest_collection_modifyitems(config, items):
    for item in items:
        if not SLOW.intersection(item.fixturenames):
            item.add_marker(pytest.mark.fast)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        _require_known(items)
    if not config.getoption("--wide"):
        left = [item for item in items if _is_wide(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def _is_wide(item):
    """A mark without ids is for the test as it is, one with ids for these parametrizations of it."""
    marks = list(item.iter_markers("wide"))
    return any(not mark.args or item.callspec.id in mark.args for mark in marks)


def _require_known(items):
    """The ids of a mark are those of parametrizations that there are."""
    named = {
        (item.path, item.originalname, id)
        for item in items
        for mark in item.iter_markers("wide")
        for id in mark.args
    }
    there = {(item.path, item.originalname, item.callspec.id) for item in items if hasattr(item, "callspec")}
    if named - there:
        raise pytest.UsageError(f"wide names what is no parametrization: {sorted(map(str, named - there))}")


def pytest_xdist_auto_num_workers():
    """Half of the time a test waits for a process of its own."""
    return 2 * (os.cpu_count() or 1)


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # None in the processes that share the tests
    if reporter and session.config.getoption("--fail-on-skip") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def foreign():
    """``foreign(name)``: the folder of that environment."""

    def find(name: str) -> Path:
        try:
            return environment_called(name)
        except CannotBeBuilt as lacks:
            pytest.skip(str(lacks))

    return find


@pytest.fixture(scope="session")
def environment(foreign):
    """The newest foreign environment."""
    return foreign("newest")


@pytest.fixture(scope="session")
def driver_environment(foreign):
    """The newest one with every driver of a server that comes as a wheel."""
    return foreign("drivers")


@pytest.fixture(scope="session")
def plugin_environment(foreign):
    """The newest Alembic and SQLAlchemy with what people add to them: plugins, and types of their own."""
    return foreign("plugins")


@pytest.fixture(scope="session")
def formatter_environment(foreign):
    """The newest one with what projects format their revisions with."""
    return foreign("formatters")


@pytest.fixture(scope="session")
def built_environment(foreign):
    """The newest one with the drivers that have to be built."""
    return foreign("built drivers")


@pytest.fixture(scope="session")
def floor_environment(foreign):
    """The oldest supported one."""
    return foreign("oldest")


@pytest.fixture(scope="session")
def servers():
    """``servers(installed, name)``: the first of that name among the servers of this machine."""

    def find(installed, name):
        found = next((server for server in installed if server.name == name), None)
        return found or pytest.skip(f"no {name} on this machine")

    return find


@pytest.fixture(scope="session")
def postgresql(servers):
    """The PostgreSQL of this machine."""
    return servers(postgres.installed(os.environ), "postgresql")


@pytest.fixture(scope="session")
def mariadb(servers):
    """The MariaDB of this machine."""
    return servers(mysql.installed(os.environ), "mariadb")


@pytest.fixture(scope="session")
def extra(foreign):
    """The Python of an environment that has migrate-guard[postgres]."""
    return foreign("extra") / "bin/python"


@pytest.fixture(scope="session")
def wheel(extra):
    """The PostgreSQL of the wheel, as the guard finds it there."""
    find = "from migrate_guard.scratch.wheel import installed; print(next(installed()).folder)"
    done = subprocess.run([extra, "-c", find], capture_output=True, text=True, check=True)
    folder = done.stdout.strip()
    return Wheel(folder, postgres.version(folder))


def as_in_the_foreground() -> None:
    """For a new process: signals as a shell's foreground has them, whatever ignores them where the tests run.

    A background shell ignores SIGINT and SIGQUIT, nohup SIGHUP, and each process hands that down.
    """
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


class Checkout:
    """A repository of a test, with the commands that its user would type."""

    def __init__(self, path: Path, variables: dict[str, str]):
        self.path = path
        self.variables = variables

    def run(self, *command, cwd=None, env=None, stdin=subprocess.DEVNULL, **options):
        options.setdefault("preexec_fn", as_in_the_foreground)
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
        "LC_",
        "LANG",
        "COLUMNS",
        "NO_COLOR",
        "FORCE_COLOR",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(gone)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
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
def commits():
    """Asked for by what makes real commits in a repository that is no ``checkout``."""


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
