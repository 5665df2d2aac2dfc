"""How the worker starts, what reaches it, and that it never outlives the controller."""

import ast
import fcntl
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from migrate_guard.errors import InterpreterError
from migrate_guard.interpreter import Interpreter
from migrate_guard.observing.worker import Worker
from migrate_guard.protocol.messages import CheckOrder, Place
from migrate_guard.scratch.ladder import Ladder, Needs
from tests.conftest import ROOT, as_in_the_foreground
from tests.foreign import OLDEST, find_python

PACKAGE = ROOT / "migrate_guard"
STARTER = PACKAGE / "__worker__.py"
ORDER = CheckOrder(
    Place(root="/", work="/nowhere", name="migrations", directory="migrations", ini="alembic.ini")
)

# --- Pythons and packages that are too old


def refusal(python, tmp_path):
    environ = {"PATH": os.environ["PATH"]}
    interpreter = Interpreter((str(python),), "named so")
    with (
        Worker(interpreter, str(tmp_path / "log"), environ) as worker,
        pytest.raises(InterpreterError) as raised,
    ):
        databases = Ladder(str(tmp_path), str(tmp_path), environ).databases(Needs())
        worker.ask(ORDER, databases, 30)
    return raised.value


@pytest.mark.parametrize("version", ["3.6", "3.7"])
def test_a_python_too_old_is_told(version, tmp_path):
    python = find_python(version) or pytest.skip(f"no Python {version} on this machine")
    error = refusal(python, tmp_path)
    assert error.message == f"Python {version} is too old: Python 3.8 or newer is needed."
    assert error.cause == "named so"


# What the worker imports of both exists in SQLAlchemy 1.3 and Alembic 1.4.
PACKAGES = {
    "alembic/__init__.py": '__version__ = "{alembic}"',
    "alembic/config.py": "class Config: pass",
    "sqlalchemy/__init__.py": '__version__ = "{sqlalchemy}"',
    "sqlalchemy/orm/__init__.py": "",
    "sqlalchemy/orm/mapperlib.py": "",
}
OLD = [
    ("1.3.24", "1.4.3", "SQLAlchemy 1.3.24 is too old: SQLAlchemy 1.4 or newer is needed."),
    ("1.4.0b1", "1.7.7", "Alembic 1.7.7 is too old: Alembic 1.8 or newer is needed."),
]


@pytest.mark.parametrize(("sqlalchemy", "alembic", "sentence"), OLD)
def test_packages_too_old_are_told(tmp_path, sqlalchemy, alembic, sentence):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    for name, text in PACKAGES.items():
        (packages / name).parent.mkdir(exist_ok=True, parents=True)
        (packages / name).write_text(text.format(sqlalchemy=sqlalchemy, alembic=alembic))
    assert refusal(tmp_path / "venv/bin/python", tmp_path).message == sentence


def test_syntax_of_what_any_python_3_runs():
    ast.parse(STARTER.read_text(), feature_version=(3, 6))


def test_the_oldest_supported_python_compiles_what_it_runs(tmp_path):
    python = find_python(OLDEST) or pytest.skip(f"no Python {OLDEST} on this machine")
    ours = [PACKAGE / name for name in ("__init__.py", "__worker__.py", "protocol", "worker")]
    compiled = [python, "-X", f"pycache_prefix={tmp_path}", "-m", "compileall", "-q", *ours]
    done = subprocess.run(compiled, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    count = sum(1 if file.is_file() else len([*file.rglob("*.py")]) for file in ours)
    # beside what that Python has compiled of its own
    assert len([*tmp_path.joinpath(*PACKAGE.parts[1:]).rglob("*.pyc")]) == count > 40


# --- what the project's code finds around it

LOOK = """\
import json, os, sys
def opens(path):
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError:
        return False
    return True
print('["Done", {}]', flush=True)
os.write(2, b'["Done", {}]')
seen = {
    "environ": dict(os.environ),
    "path": sys.path,
    "cwd": os.getcwd(),
    "stdin": sys.stdin.read(),
    "null": os.fstat(0).st_rdev == os.stat(os.devnull).st_rdev,
    "log": os.path.sameopenfile(1, 2),
    "terminal": opens("/dev/tty") or os.isatty(0) or os.isatty(1),
    "leads": os.getsid(0) == os.getpgrp() == os.getpid(),
    "inherited": [fd for fd in range(3, 50) if _open(fd) and os.get_inheritable(fd)],
    "ours": [name for name in sys.modules if name.startswith("migrate_guard")],
}
with open(os.environ["SEEN"], "w") as file:
    json.dump(seen, file)
"""
IS_OPEN = """\
def _open(fd):
    import os
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
"""
UNWANTED = {
    "GIT_AUTHOR_NAME": "A", "GIT_INDEX_FILE": "", "VIRTUAL_ENV": "/hook", "VIRTUAL_ENV_PROMPT": "(hook)",
    "PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": "a", "PREK_HOOK_STAGE": "pre-commit", "PYTHONPATH": "/nowhere",
    "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "error",
}  # fmt: skip
WANTED = {
    "PYTHON_ENV": "test", "PYTHONANYWHERE_DOMAIN": "example.org", "DATABASE_URL": "sqlite:///x.db",
    "GITHUB_ACTIONS": "true", "FLASK_DEBUG": "0",
}  # fmt: skip


@pytest.fixture
def seen(project, tmp_path):
    """``seen(...)``: what env.py found, with variables of a hook in the environment."""
    linear = project("linear")
    env = (linear.path / "migrations/env.py").read_text()
    linear.write("migrations/env.py", IS_OPEN + LOOK + env)
    linear.commit("Look around")

    def look(**variables):
        index = linear.git("rev-parse", "--path-format=absolute", "--git-path", "index").strip()
        unwanted = {**UNWANTED, "GIT_INDEX_FILE": index}
        environ = {**unwanted, **WANTED, **variables, "SEEN": str(tmp_path / "seen")}
        done = linear.guard("check", env=environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((tmp_path / "seen").read_text())

    return look


def test_variables(seen, environment):
    hook = os.path.join(sys.prefix, "bin")
    environ = seen(PATH=f"{hook}:/usr/local/bin:/usr/bin:/bin")["environ"]
    assert not UNWANTED.keys() & environ.keys()
    assert {name: environ.get(name) for name in WANTED} == WANTED
    assert environ["HOME"]
    assert environ["PATH"] == f"{environment / 'bin'}:/usr/local/bin:/usr/bin:/bin"


def test_surroundings(seen):
    found = seen()
    assert (found["stdin"], found["null"], found["log"]) == ("", True, True)
    assert (found["terminal"], found["leads"], found["inherited"]) == (False, True, [])
    assert "migrate-guard/snapshots/" in found["cwd"]


def test_nothing_of_ours_is_on_the_path(seen):
    found = seen()
    ours = [entry for entry in found["path"] if entry.startswith((sys.prefix, str(ROOT)))]
    assert all("/.work/environments/" in entry for entry in ours)
    assert all(name.split(".")[1:2] in ([], ["worker"], ["protocol"]) for name in found["ours"])


# --- the end of the worker

HANG = """\
import fcntl, os, subprocess, sys, time
held = open(os.environ["HELD"], "w")
fcntl.flock(held, fcntl.LOCK_EX)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[held.fileno()])
open(os.environ["HELD"] + ".ready", "w").close()
time.sleep(60)
"""


@pytest.fixture
def hanging(project, tmp_path):
    """A check whose env.py, and a child of it, hold a lock until they end."""
    linear = project("linear")
    linear.write("migrations/env.py", HANG)
    linear.commit("Hang")
    environ = {**linear.variables, "HELD": str(tmp_path / "held")}
    command = [sys.executable, "-m", "migrate_guard", "check"]
    with subprocess.Popen(
        command,
        cwd=linear.path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_in_the_foreground,
    ) as guard:
        wait_for((tmp_path / "held.ready").exists)
        yield guard
        guard.kill()


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_free(path):
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.wide("2", "15")
def test_it_ends_with_the_controller(hanging, tmp_path, number):
    assert not is_free(tmp_path / "held")
    hanging.send_signal(number)
    out, err = hanging.communicate(timeout=60)
    if number != signal.SIGKILL:
        assert (hanging.returncode, out, err) == (130, "", "Interrupted (^C).\n")
    wait_for(lambda: is_free(tmp_path / "held"))
