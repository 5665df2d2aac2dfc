"""Runs that are killed, that meet each other or a full disk: the reason is told, and nothing is left."""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Checkout, as_in_the_foreground

POSTGRESQL = "postgresql+psycopg"
MARIADB = "mysql+pymysql"
GUARD = [sys.executable, "-m", "migrate_guard"]


@pytest.fixture
def start():
    """``start(checkout, ...)``: the guard as a process of its own, which goes with the test."""
    with contextlib.ExitStack() as started:

        def begin(checkout, *command, script=GUARD, **variables):
            run = subprocess.Popen(
                [*script, *(command or ["check"])],
                cwd=checkout.path,
                env={**checkout.variables, **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=as_in_the_foreground,
            )
            started.enter_context(run)
            started.callback(run.kill)
            return run

        yield begin


def processes():
    """(pid, its parent's, its command) of all that run."""
    listing = subprocess.run(
        ["ps", "-ww", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True
    ).stdout
    for line in listing.splitlines():
        pid, parent, state, args = line.split(None, 3)
        if not state.startswith("Z"):
            yield int(pid), int(parent), args


def child(run, victim):
    """The process id of the worker of ``run``, or of what it runs for its server; None where there is none."""
    for pid, parent, args in processes():
        if parent == run.pid and victim == "worker" and "__worker__.py" in args:
            return pid
        # initdb, the installer and cp make the server's folder before it starts.
        if parent == run.pid and victim == "server" and re.search(r"/(data|template-\w+)\b", args):
            return pid
    return None


def wait_for(find):
    """What ``find`` gives, as soon as it gives anything."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


@pytest.fixture
def replaying(on, start, tmp_path):
    """``replaying(dialect)``: a run whose last revision asks its server again and again, and does not end."""
    mark = tmp_path / "replaying"

    def begin(dialect, script=GUARD):
        checkout = on("linear", dialect)
        last = max((checkout.path / "migrations/versions").glob("*.py"))
        code = f"    import pathlib, time\n    pathlib.Path({str(mark)!r}).touch()\n"
        code += '    while True:\n        op.execute("SELECT 1")\n        time.sleep(0.05)\n'
        last.write_text(last.read_text().replace("def upgrade():\n", f"def upgrade():\n{code}"))
        checkout.commit("Loop")
        mark.unlink(missing_ok=True)
        run = start(checkout, script=script)
        wait_for(mark.exists)
        return checkout, run

    return begin


@pytest.fixture
def nothing_left(temporary, tmp_path):
    """``nothing_left()``: no process, socket or folder of a run that has ended."""
    places = (str(temporary), str(tmp_path))

    def within(pid):
        # PostgreSQL's own processes rename themselves, but stay in its folder.
        with contextlib.suppress(OSError):
            return os.readlink(f"/proc/{pid}/cwd").startswith(tuple(place + "/" for place in places))
        return False

    def look():
        cache = tmp_path / "cache/migrate-guard"
        known = re.compile(r"(\.lock|(postgresql|mariadb|mysql)-[\d.]+-\w+)$")
        return [
            *temporary.iterdir(),
            *(cache / "runs").glob("run-*"),
            *(folder for folder in (cache / "templates").glob("*") if not known.match(folder.name)),
            *(args for pid, _, args in processes() if any(place in args for place in places) or within(pid)),
        ]

    return look


def memory_of(pids):
    """The segments of System V memory that processes with these ids made."""
    table = Path("/proc/sysvipc/shm")
    lines = table.read_text().splitlines()[1:] if table.exists() else []
    return [line for line in lines if int(line.split()[4]) in pids]


# --- killed

MANY = 20  # moments, of which some are sure to come before the end


@pytest.mark.parametrize("dialect", [POSTGRESQL, MARIADB])
@pytest.mark.wide("mysql+pymysql")
def test_killed_at_any_moment(on, start, postgresql, mariadb, nothing_left, request, dialect):
    checkout = on("linear", dialect)
    seed = request.config.getoption("--seed") or random.randrange(10**6)
    moments = random.Random(seed)
    seen = set()
    # the odd one is PostgreSQL's
    count = (request.config.getoption("--moments") + (dialect == POSTGRESQL)) // 2
    for number in range(count):
        victim = ("controller", "worker", "server")[number % 3]
        seconds = moments.uniform(0, 1.2)
        moment = f"--seed {seed}: moment {number}, {victim} after {seconds:.3f} s"
        if number % 4 == 0:
            checkout.guard("scratch", "clean")
        run = start(checkout)
        ended = time.monotonic() + seconds
        target = run.pid if victim == "controller" else None
        while run.poll() is None and (target is None or time.monotonic() < ended):
            target = target or child(run, victim)
            time.sleep(0.005)
        target = run.pid if victim == "controller" else child(run, victim)
        server = child(run, "server")
        with contextlib.suppress(ProcessLookupError, TypeError):
            os.kill(target, signal.SIGKILL)
        stdout, stderr = run.communicate(timeout=60)

        if run.returncode not in (0, -signal.SIGKILL):
            assert run.returncode == 2, f"{moment}\n{stdout}{stderr}"
            assert re.search(r"signal (SIGKILL|9)", " ".join(stdout.split())), f"{moment}\n{stdout}{stderr}"
        seen.add(run.returncode)
        following = checkout.guard("heads")
        assert following.returncode == 0, f"{moment}\n{following.stderr}"
        assert nothing_left() == [], moment
        if dialect == POSTGRESQL:  # no other one has any; a process number may be somebody else's by now
            assert memory_of({server}) == [], moment
    assert {2, -signal.SIGKILL} <= seen or 2 * count < MANY, f"--seed {seed}"
    assert checkout.guard("check").returncode == 0


def test_fix_killed_at_any_moment(project, plant, start, request):
    """Every second time as soon as the first file is seen."""
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    plant(checkout, "tasks/models.py")
    checkout.commit("Drift")
    before, index = tree(checkout), checkout.git("ls-files", "--stage")
    began = time.monotonic()
    assert checkout.guard("fix", "-m", "Add phone").returncode == 0
    took = time.monotonic() - began
    whole = {normal(path): normal(text) for path, text in tree(checkout).items() if path not in before}
    assert len(whole) == 2
    seed = request.config.getoption("--seed") or random.randrange(10**6)
    moments, seen = random.Random(seed), set()
    count = request.config.getoption("--moments") // 2
    for number in range(count):
        checkout.git("reset", "-q", "--hard")
        checkout.git("clean", "-fdxq")
        early = number % 2
        seconds = moments.uniform(0, took if early else 0.05)
        moment = f"--seed {seed}: moment {number}, after {seconds:.3f} s"
        run = start(checkout, "fix", "-m", "Add phone")
        if not early:
            while run.poll() is None and len(list(checkout.path.glob("*/migrations/versions/*.py"))) == 2:
                time.sleep(0.001)
        time.sleep(seconds)
        run.kill()
        run.communicate(timeout=60)
        wait_for(lambda: not (checkout.path / ".git/index.lock").exists())  # a git add that goes on alone

        after = tree(checkout)
        new = {path: text for path, text in after.items() if path not in before}
        assert {path: text for path, text in after.items() if path in before} == before, moment
        assert {normal(path): normal(text) for path, text in new.items()}.items() <= whole.items(), moment
        entries = set(checkout.git("ls-files", "--stage").splitlines())
        added = entries - set(index.splitlines())
        assert set(index.splitlines()) <= entries, moment
        assert {entry.partition("\t")[2] for entry in added} <= new.keys(), moment
        assert checkout.git("diff", "--name-only") == "", moment
        assert list((checkout.path / ".git").glob("migrate-guard-*")) == [], moment
        seen.add((len(new), len(added)))
    assert ((0, 0) in seen and len(seen) > 1) or count < MANY, f"--seed {seed}"

    again = checkout.guard("fix", "-m", "Add phone")
    assert again.returncode == 0, again.stdout + again.stderr
    assert checkout.guard("check").returncode == 0


def tree(checkout):
    """Every file of the working tree, ignored ones as well."""
    files = (path for path in checkout.path.rglob("*") if path.is_file())
    found = {path.relative_to(checkout.path).as_posix(): path for path in files}
    return {name: path.read_text() for name, path in found.items() if not name.startswith(".git/")}


def normal(text):
    """Without the id and the date that a revision is made with."""
    return re.sub(r"\b[0-9a-f]{12}(?=_|\b)|Create Date: .*", "...", text)


def test_the_worker_is_killed(replaying, nothing_left, shows):
    _, run = replaying("sqlite")
    os.kill(child(run, "worker"), signal.SIGKILL)
    stdout, stderr = run.communicate(timeout=60)
    assert (run.returncode, stderr) == (2, "")
    shows(stdout, "killed", "the worker")
    assert nothing_left() == []


TRY_AGAIN = (
    "hint: Run it again. If nobody ended the server, memory may have run out: see\n"
    "      what the system's log says.\n"
    'hint: to leave it out: exclude = ["migrations"] in [tool.migrate-guard]\n'
)


@pytest.mark.parametrize(
    ("dialect", "cause"),
    [
        (POSTGRESQL, "caused by: FATAL:  terminating connection due to unexpected postmaster exit\n"),
        (MARIADB, ""),
    ],
)
def test_the_server_is_killed(replaying, postgresql, mariadb, nothing_left, dialect, cause):
    _, run = replaying(dialect)
    server = child(run, "server")
    os.kill(server, signal.SIGKILL)
    stdout, stderr = run.communicate(timeout=60)
    engine = f"PostgreSQL {postgresql.version}" if dialect == POSTGRESQL else f"MariaDB {mariadb.version}"
    fact, rest = stdout.split(".\n", 1)
    assert (run.returncode, stderr) == (2, "")
    assert " ".join(fact.split()) == (
        f"error: migrations: the scratch server, {engine} of this machine, ended with signal SIGKILL "
        "while replaying revision cccccccccccc"
    )
    assert rest == cause + TRY_AGAIN
    assert nothing_left() == []
    assert memory_of({server}) == []


def test_one_process_of_the_server_is_killed(replaying, postgresql, nothing_left):
    _, run = replaying(POSTGRESQL)
    server = child(run, "server")
    (connection,) = [pid for pid, parent, args in processes() if parent == server and "migrate_guard" in args]
    os.kill(connection, signal.SIGKILL)
    stdout, _ = run.communicate(timeout=60)
    assert run.returncode == 2
    assert "ended with signal 9 while replaying revision cccccccccccc." in " ".join(stdout.split())
    assert stdout.endswith(
        f"caused by: LOG:  server process (PID {connection}) was terminated by signal 9: Killed\n{TRY_AGAIN}"
    )
    assert nothing_left() == []


WITHOUT_DEATH_SIGNAL = """
import sys
from migrate_guard import cli
from migrate_guard.machine import processes
processes._end_with_parent = lambda: None  # as on macOS
sys.exit(cli.main())
"""


@pytest.mark.wide("mysql+pymysql")
@pytest.mark.parametrize("dialect", [POSTGRESQL, MARIADB])
def test_a_server_that_outlives_its_run_is_ended_by_the_next(
    replaying, postgresql, mariadb, nothing_left, dialect
):
    checkout, run = replaying(dialect, script=[sys.executable, "-c", WITHOUT_DEATH_SIGNAL])
    server = child(run, "server")
    run.kill()
    run.wait()
    time.sleep(0.2)
    assert server in [pid for pid, _, _ in processes()]
    assert checkout.guard("heads").returncode == 0
    assert nothing_left() == []
    assert memory_of({server}) == []


DEAF = """
import functools, os, signal, subprocess, sys, time
from migrate_guard.machine import processes
signal.signal(signal.SIGQUIT, signal.SIG_IGN)  # as the shell does for `migrate-guard check &`
file = processes.new_file(sys.argv[1])
begin = functools.partial(processes.begin, file, os.getpid())
print(subprocess.Popen(["sleep", "60"], start_new_session=True, pass_fds=[file], preexec_fn=begin).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_what_a_run_started_ends_with_it_also_in_the_background_of_a_script(tmp_path):
    command = [sys.executable, "-c", DEAF, str(tmp_path / "alive")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        pid = int(run.stdout.readline())
        run.kill()
    wait_for(lambda: pid not in [running for running, _, _ in processes()])


# --- several at once


def copy(checkout, name, dialect):
    """Another repository of the same user, on another engine."""
    shutil.copytree(checkout.path, checkout.path.parent / name)
    other = Checkout(checkout.path.parent / name, checkout.variables)
    ini = (other.path / "alembic.ini").read_text()
    other.write("alembic.ini", ini.replace("postgresql+psycopg://u:secret@db.example.org:1/x", dialect))
    return other


@pytest.mark.wide
def test_several_at_once(on, start, postgresql, mariadb, plant, nothing_left):
    """From the first start, when there is no template, and while somebody cleans up."""
    one = on("linear", POSTGRESQL)
    drifting = copy(one, "drifting", "postgresql+psycopg://u@db.example.org/y")
    plant(drifting)
    on_mariadb = copy(one, "on_mariadb", "mysql+pymysql://u@db.example.org/x")
    on_sqlite = copy(one, "on_sqlite", "sqlite:///app.db")
    plant(on_sqlite)
    checkouts = [one, one, drifting, on_mariadb, on_mariadb, on_sqlite]
    runs = [start(checkout) for checkout in checkouts]
    cleaned = []
    while any(run.poll() is None for run in runs):
        cleaned.append(one.guard("scratch", "clean"))
        time.sleep(0.3)
    said = [" ".join("".join(run.communicate()).split()) for run in runs]

    assert [run.returncode for run in runs] == [0, 0, 1, 0, 0, 1], said
    engines = [f"PostgreSQL {postgresql.version}"] * 3 + [f"MariaDB {mariadb.version}"] * 2 + ["SQLite"]
    assert all(f"replayed on {engine}" in text for engine, text in zip(engines, said, strict=True)), said
    assert [text for text in said if "add column user.phone" in text] == [said[2], said[5]]
    assert [(done.returncode, done.stderr) for done in cleaned] == [(0, "")] * len(cleaned)
    assert nothing_left() == []


# --- a full disk


DISK = 200


@pytest.fixture
def disk(temporary):
    """A folder on a disk of its own, of 200 MB, that every user may write to."""
    folder = temporary / "disk"
    folder.mkdir()
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    mount = [*as_root, "mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=1777", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError as missing:
        pytest.skip(f"a small disk needs the right to mount one: {missing}")
    if done.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {done.stderr}")
    yield folder
    subprocess.run([*as_root, "umount", "-l", folder], check=True)


def leave(disk, megabytes):
    """Fill ``disk`` up to so much."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    free = os.statvfs(disk)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - int(megabytes * 1e6))


@pytest.fixture
def on_disk(on, disk):
    """``on_disk(dialect)``: a project whose scratch databases lie on the small disk."""

    def configure(dialect):
        checkout = on("linear", dialect)
        checkout.variables.update(XDG_CACHE_HOME=str(disk / "cache"), TMPDIR=str(disk))
        return checkout

    return configure


OUT = "hint: Free some space, or set XDG_CACHE_HOME and TMPDIR to folders on a disk\n      that has more.\n"


@pytest.mark.parametrize(
    ("dialect", "megabytes", "fact", "cause"),
    [
        pytest.param("sqlite", 0, "{cache} cannot be written to.", "No space left on device", id="the run"),
        pytest.param(
            "sqlite",
            0.03,
            "the disk is full.",
            "git read-tree failed. error: unable to write file",
            id="the snapshot",
        ),
        pytest.param(POSTGRESQL, 15, "the disk was full while", "No space left on device", id="initdb"),
        pytest.param(POSTGRESQL, 40, "the disk was full while", "cp: error", id="PostgreSQL's template"),
        pytest.param(MARIADB, 1, "the disk was full while", "error 28", id="mariadb-install-db"),
        pytest.param(MARIADB, 45, "the disk was full while", "cp: error", id="MariaDB's template"),
    ],
)
@pytest.mark.wide("the snapshot", "PostgreSQL's template", "mariadb-install-db", "initdb")
def test_a_disk_that_is_full_from_the_start(
    on_disk, disk, postgresql, mariadb, dialect, megabytes, fact, cause
):
    checkout = on_disk(dialect)
    leave(disk, megabytes)

    result = checkout.guard("check")

    said = " ".join((result.stdout + result.stderr).split())
    assert (result.returncode, "Traceback" in said) == (2, False), said
    assert fact.format(cache=disk / "cache/migrate-guard") in said
    assert cause in said
    assert OUT in result.stdout + result.stderr
    assert list((disk / "cache/migrate-guard/runs").glob("run-*")) + list(disk.glob("migrate-guard-*")) == []


IMPATIENT = """
import sys
from migrate_guard import cli
from migrate_guard.scratch import server
server._SECONDS_TO_START = 5
sys.exit(cli.main())
"""


def test_mariadb_waits_for_space_but_not_for_ever(on_disk, disk, mariadb, start):
    checkout = on_disk(MARIADB)
    leave(disk, 30)

    run = start(checkout, script=[sys.executable, "-c", IMPATIENT])
    stdout, _ = run.communicate(timeout=60)

    assert (run.returncode, OUT in stdout) == (2, True), stdout
    assert list((disk / "cache/migrate-guard/runs").glob("run-*")) + list(disk.glob("migrate-guard-*")) == []


FILLING = {
    "a table": (
        POSTGRESQL,
        ["CREATE TABLE x AS SELECT repeat(md5(i::text), 100) FROM generate_series(1, 1000000) i"],
    ),
    "PostgreSQL's log": (
        POSTGRESQL,
        [
            "CREATE TABLE x (x text)",
            "COMMIT",
            *["INSERT INTO x SELECT md5(i::text) FROM generate_series(1, 200000) i"] * 30,
        ],
    ),
    "MariaDB": (
        MARIADB,
        ["CREATE TABLE x (x longtext)", *["INSERT INTO x VALUES (repeat('x', 1000000))"] * 200],
    ),
    "SQLite": (
        "sqlite",
        ["CREATE TABLE x (x longtext)", *["INSERT INTO x VALUES (hex(zeroblob(1000000)))"] * 200],
    ),
}


@pytest.mark.parametrize(("dialect", "statements"), FILLING.values(), ids=FILLING)
@pytest.mark.wide("PostgreSQL's log", "MariaDB", "a table")
def test_a_disk_that_fills_up(on_disk, disk, postgresql, mariadb, dialect, statements):
    checkout = on_disk(dialect)
    assert checkout.guard("check").returncode == 0
    last = max((checkout.path / "migrations/versions").glob("*.py"))
    code = "".join(f"    op.execute({statement!r})\n" for statement in statements)
    last.write_text(last.read_text().replace("def upgrade():\n", f"def upgrade():\n{code}"))
    checkout.commit("Fill")
    leave(disk, 70)

    result = checkout.guard("check")

    fact = "error: migrations: the disk was full while replaying revision cccccccccccc.\ncaused by: "
    assert (result.returncode, result.stdout.startswith(fact), OUT in result.stdout) == (2, True, True), (
        result.stdout
    )
    assert list((disk / "cache/migrate-guard/runs").glob("run-*")) + list(disk.glob("migrate-guard-*")) == []


# --- folders that cannot be used


@pytest.fixture
def read_only(disk):
    """A folder on a disk that nobody can write to, whatever their rights are."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*as_root, "mount", "-o", "remount,ro", disk], check=True)
    return disk


def test_a_read_only_home(on, read_only, shows):
    checkout = on("linear", "sqlite")
    del checkout.variables["XDG_CACHE_HOME"]
    for command in (["check"], ["heads"], ["fix"]):
        result = checkout.guard(*command, env={"HOME": str(read_only)})
        assert (result.returncode, result.stdout) == (2, "")
        shows(result, "cache", "a read-only home", HOME=read_only)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_no_home(on, temporary, name, shows):
    (temporary / "file").touch()
    home = temporary / name
    checkout = on("linear", "sqlite")
    del checkout.variables["XDG_CACHE_HOME"]

    result = checkout.guard("check", env={"HOME": str(home)})

    assert (result.returncode, result.stdout) == (2, "")
    shows(result, "cache", "no home", HOME=home)
    assert not home.is_dir()


@pytest.mark.wide
def test_no_folder_for_temporary_files(on, read_only, postgresql):
    """The one that is named is passed over for the usual ones."""
    checkout = on("linear", POSTGRESQL)
    for folder in (read_only, read_only / "missing"):
        result = checkout.guard("check", env={"TMPDIR": str(folder)})
        assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


def test_a_folder_with_a_long_path(on, mariadb, temporary):
    """A socket's path may have a hundred characters."""
    folder = temporary / ("x" * 100)
    folder.mkdir()
    checkout = on("linear", MARIADB)
    result = checkout.guard("check", env={"TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder)})
    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout
