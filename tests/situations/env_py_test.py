"""An env.py that misbehaves: its own error and last frames with exit code 2, and never "clean"."""

import os
import subprocess
import time

import pytest


@pytest.mark.parametrize("name", ["env_py_exits", "env_py_asks_for_password", "env_py_hangs"])
@pytest.mark.wide("env_py_asks_for_password")
def test_screens(project, shows, name):
    result = project(name).guard("check")

    assert (result.stderr, result.returncode) == ("", 2)
    shows(result, "env-py", name)


# what comes before the env.py of "linear"
BEFORE = {
    "raises on import": 'raise RuntimeError("DATABASE_URL is not set")\n',
    "a library raises": 'import configparser\nconfigparser.ConfigParser().get("a", "b")\n',
    "is not valid Python": "def f(:\n",
    "exits with a message": 'import sys\nsys.exit("Not on this host.")\n',
    "exits with success": "raise SystemExit(0)\n",
    "ends the process with success": 'import os\nprint("Bye.")\nos._exit(0)\n',
    "crashes the interpreter": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
    "closes what it has not opened": "import os\nos.closerange(3, 256)\n",
}


@pytest.mark.parametrize("name", BEFORE)
@pytest.mark.wide(
    "a library raises",
    "exits with a message",
    "exits with success",
    "crashes the interpreter",
    "is not valid Python",
    "closes what it has not opened",
)
def test_an_env_py_that_fails(project, shows, name):
    checkout = project("linear")
    env_py = (checkout.path / "migrations/env.py").read_text()
    checkout.write("migrations/env.py", BEFORE[name] + env_py)

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "env-py", name)


@pytest.mark.wide
def test_an_env_py_that_hangs_up_and_stays(project):
    checkout = project("env_py_hangs")
    checkout.replace("migrations/env.py", "import subprocess\n", "import os\nimport subprocess\n")
    checkout.replace("migrations/env.py", "time.sleep", "os.closerange(3, 256)\ntime.sleep")

    result = checkout.guard("check", timeout=60)

    assert result.returncode == 2
    assert result.stdout.startswith("error: nothing happened for 4 s while running migrations/env.py.\n")


def test_an_env_py_that_never_configures(project, shows):
    checkout = project("linear")
    checkout.write("migrations/env.py", 'import models\n\nprint("Nothing to do.")\n')

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "env-py", "never configures")


def test_an_env_py_that_configures_and_never_migrates(project, shows):
    checkout = project("linear")
    checkout.replace(
        "migrations/env.py", "            context.run_migrations()\n\n\nif", "            pass\n\n\nif"
    )

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "env-py", "configures and never migrates")


def test_an_env_py_that_never_commits(project, shows):
    checkout = project("env_py_creates_schema_first")
    checkout.replace("migrations/env.py", "        connection.commit()\n", "")

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "env-py", "never commits")


@pytest.mark.parametrize(
    "file, old, new, expected",
    [
        pytest.param(
            "migrations/versions/aaaaaaaaaaaa_create_user.py",
            'op.drop_table("user")',
            'op.drop_table("users")',
            0,
            id="a downgrade that is not run",
        ),
        pytest.param(
            "migrations/versions/aaaaaaaaaaaa_create_user.py",
            "def upgrade():\n",
            'def upgrade():\n    op.execute("DELETE FROM nowhere")\n',
            1,
            id="an upgrade that fails",
        ),
        pytest.param(
            "migrations/env.py", "models.Base.metadata", "models.Base.tables", 2, id="before configure"
        ),
        pytest.param(
            "migrations/env.py",
            "            context.run_migrations()\n",
            '            context.run_migrations()\n            raise RuntimeError("afterwards")\n',
            0,
            id="after the migrations, which is its own affair",
        ),
        pytest.param(
            "models.py", "Column(String(50), nullable=False)", "Column(Strings)", 2, id="in the models"
        ),
    ],
)
@pytest.mark.wide(
    "an upgrade that fails",
    "after the migrations, which is its own affair",
    "before configure",
    "in the models",
)
def test_an_env_py_that_swallows_errors(project, file, old, new, expected):
    checkout = project("env_py_swallows_errors")
    checkout.replace(file, old, new)

    result = checkout.guard("check")

    assert result.returncode == expected, result.stdout
    assert ("they agree" in result.stdout) == (expected == 0)
    assert ("error[upgrade-fails] migrations" in result.stdout) == (expected == 1)


def test_an_env_py_that_swallows_what_comparing_raises(project):
    checkout = project("env_py_swallows_errors")
    checkout.replace(
        "migrations/env.py", "=models.Base.metadata", "=models.Base.metadata, include_name=lambda *of: 1 / 0"
    )

    result = checkout.guard("check")

    assert result.returncode == 2
    assert "ZeroDivisionError" in result.stdout


# Each of these is left running by env.py, which then goes on.
CHILDREN = {
    "subprocess": 'import subprocess\nsubprocess.Popen(["sleep", "617"])\n',
    "fork": "import os, time\nif os.fork() == 0:\n    time.sleep(617)\n    os._exit(0)\n",
    "multiprocessing": "import multiprocessing, time\nmultiprocessing.Process(target=time.sleep, args=(617,)).start()\n",
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(617,)).start()\n",
    "exit handler": "import atexit, time\natexit.register(time.sleep, 617)\n",
    "logging to stdout": "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level='DEBUG')\n",
    "closed stdout": "import os, sys\nsys.stdout.close()\nos.close(0)\n",
    "fork that asks for a database": """\
import os, sqlalchemy
if os.fork() == 0:
    try:
        sqlalchemy.create_engine("sqlite:///other.db").connect()
    finally:
        os._exit(0)
os.wait()
""",
}


@pytest.mark.parametrize("before", CHILDREN.values(), ids=CHILDREN)
@pytest.mark.wide("fork", "thread", "exit handler", "closed stdout", "subprocess", "multiprocessing")
def test_an_env_py_that_disturbs_nobody(project, processes, before):
    checkout = project("linear")
    env_py = (checkout.path / "migrations/env.py").read_text()
    mark = f"import os\nos.environ['MARK'] = {str(checkout.path)!r}\n"
    checkout.write("migrations/env.py", mark + before + env_py)

    began = time.monotonic()
    result = checkout.guard("check", env={"MARK": str(checkout.path)})

    assert result.returncode == 0, result.stdout
    assert "they agree" in result.stdout
    assert time.monotonic() - began < 20
    assert processes(checkout.path) == []


def test_nothing_is_left_of_an_env_py_that_hangs(project, processes):
    checkout = project("env_py_hangs")

    checkout.guard("check", env={"MARK": str(checkout.path)})

    assert processes(checkout.path) == []
    assert list((checkout.path.parent / "cache" / "migrate-guard" / "runs").glob("run-*")) == []


@pytest.fixture
def processes():
    """The processes alive that were started with ``MARK=<path>`` in their environment."""

    def find(path):
        listing = subprocess.run(
            ["ps", "axeww", "-o", "pid=,stat=,command="], capture_output=True, text=True
        ).stdout
        lines = [line for line in listing.splitlines() if f"MARK={path}" in line]
        return [line for line in lines if line.split()[1][0] != "Z" and int(line.split()[0]) != os.getpid()]

    return find


def test_the_search_for_processes_finds_one(processes, tmp_path):
    with subprocess.Popen(["sleep", "617"], env={"MARK": str(tmp_path), "PATH": os.environ["PATH"]}) as child:
        found = processes(tmp_path)
        child.kill()

    assert [int(line.split()[0]) for line in found] == [child.pid]


def test_each_revision_is_a_sign_of_life(project):
    """Three revisions, each slower than half of what may pass without progress."""
    checkout = project("linear")
    for name in ("aaaaaaaaaaaa_create_user", "bbbbbbbbbbbb_add_email", "cccccccccccc_create_post"):
        checkout.replace(
            f"migrations/versions/{name}.py",
            "def upgrade():\n",
            "def upgrade():\n    __import__('time').sleep(1.5)\n",
        )
    checkout.write("pyproject.toml", "[tool.migrate-guard]\ntimeout = 4\n")

    assert checkout.guard("check").returncode == 0
