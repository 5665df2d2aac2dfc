"""Applications that set up half a service when their models are imported."""

import re
import socket

import pytest

LOGGING = """\
import logging.config

logging.config.dictConfig({{
    "version": 1,
    "disable_existing_loggers": True,
    "formatters": {{"short": {{"format": "%(levelname)s %(message)s"}}}},
    "handlers": {{"main": {{"formatter": "short", **{handler}}}}},
    "root": {{"level": "DEBUG", "handlers": ["main"]}},
    "loggers": {{"sqlalchemy.engine": {{"level": "DEBUG"}}, "alembic": {{"level": "DEBUG"}}}},
}})
"""
CLEAN = {
    "logging to a file": LOGGING.format(handler={"class": "logging.FileHandler", "filename": "app.log"}),
    "logging to a folder that git ignores": LOGGING.format(
        handler={"class": "logging.handlers.RotatingFileHandler", "filename": "logs/app.log", "maxBytes": 9}
    ),
    "logging to syslog": LOGGING.format(
        handler={"class": "logging.handlers.SysLogHandler", "address": ("127.0.0.1", 514)}
    ),
    "logging to stdout": LOGGING.format(
        handler={"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
    ),
    "another folder": "import os\n\nos.chdir('/')\n",
    "no environment": "import os\n\nos.environ.clear()\n",
    "signal handlers": """\
import signal

for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGHUP", "SIGCHLD", "SIGPIPE", "SIGALRM"):
    signal.signal(getattr(signal, name), lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
""",
    "threads": """\
import threading
import time


def beat():
    while True:
        print("alive", flush=True)
        time.sleep(0.001)


for _ in range(5):
    threading.Thread(target=beat).start()
""",
    "exit handlers": """\
import atexit
import sys

atexit.register(sys.exit, 3)
sys.excepthook = lambda *_: sys.exit(4)
""",
    "redirected output": """\
import io
import sys

sys.stdout = sys.stderr = io.StringIO()
sys.stdin.close()
""",
    "warnings as errors": "import warnings\n\nwarnings.simplefilter('error')\n",
    "a default timeout of sockets": "import socket\n\nsocket.setdefaulttimeout(0.01)\n",
    "few files and a low limit": """\
import resource
import sys

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
sys.setrecursionlimit(300)
""",
    "a umask": "import os\n\nos.umask(0o777)\n",
    "a locale": "import locale\n\nlocale.setlocale(locale.LC_ALL, '')\n",
    "a service that does not answer, and is not needed": """\
import socket

try:
    socket.create_connection(("127.0.0.1", {port}), timeout=1)
except OSError as error:
    print("no cache:", error)
""",
}
WAIT = """\
import socket
import time

while True:
    try:
        socket.create_connection(("127.0.0.1", {port}), timeout=1)
        break
    except OSError:
        print("waiting for the database")
        if time.time() < 0:
            raise
        time.sleep(60)
"""


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def with_before(checkout, before, port):
    checkout.write(".gitignore", "logs/\n")
    checkout.write("logs/app.log", "Earlier.\n")
    models = (checkout.path / "models.py").read_text()
    checkout.write("models.py", before.replace("{port}", str(port)) + models)
    checkout.commit("Set up")


@pytest.mark.parametrize("before", CLEAN.values(), ids=CLEAN)
@pytest.mark.wide(
    "logging to a file",
    "logging to syslog",
    "exit handlers",
    "warnings as errors",
    "a default timeout of sockets",
    "a umask",
    "a locale",
    "logging to stdout",
    "signal handlers",
    "few files and a low limit",
    "another folder",
    "redirected output",
    "no environment",
    "threads",
)
def test_side_effects(project, plant, closed_port, before):
    checkout = project("linear")
    with_before(checkout, before, closed_port)

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert (drift.returncode, "add column user.phone" in drift.stdout) == (1, True), drift.stdout
    assert (checkout.path / "logs/app.log").read_text() == "Earlier.\n"
    assert checkout.git("status", "--porcelain", "--ignored") == " M models.py\n!! logs/\n"


SERVICES = {
    "a closed port": (
        """\
import socket

socket.create_connection(("127.0.0.1", {port}), timeout=1)
""",
        """\
caused by: ConnectionRefusedError: [Errno 111] Connection refused
           migrations/env.py:6 in <module>
               import models
           models.py:3 in <module>
               socket.create_connection(("127.0.0.1", {port}), timeout=1)
           socket.py:LINE in create_connection
               sock.connect(sa)
""",
    ),
    "a name that nobody knows": (
        """\
import urllib.request

urllib.request.urlopen("http://vault.invalid/secret", timeout=1)
""",
        """\
caused by: urllib.error.URLError: <urlopen error [Errno WHY]>
           migrations/env.py:6 in <module>
               import models
           models.py:3 in <module>
               urllib.request.urlopen("http://vault.invalid/secret", timeout=1)
           urllib/request.py:LINE in do_open
               raise URLError(err)
""",
    ),
}


@pytest.mark.parametrize(("before", "cause"), SERVICES.values(), ids=SERVICES)
def test_a_service_that_importing_the_models_needs(project, closed_port, before, cause):
    checkout = project("linear")
    with_before(checkout, before, closed_port)

    result = checkout.guard("check")

    screen = re.sub(r"\.py:\d+ in (create_connection|do_open)", r".py:LINE in \1", result.stdout)
    screen = re.sub(r"Errno -\d+\] [^>]+", "Errno WHY]", screen)
    leave_out = 'hint: to leave it out: exclude = ["migrations"] in [tool.migrate-guard]\n'
    expected = "error: running migrations/env.py failed.\n" + cause.format(port=closed_port) + leave_out
    assert (screen, result.returncode) == (expected, 2)


def test_waiting_for_ever_for_a_service(project, closed_port):
    checkout = project("linear")
    with_before(checkout, WAIT, closed_port)
    checkout.write("pyproject.toml", "[tool.migrate-guard]\ntimeout = 1.5\n")

    result = checkout.guard("check")

    assert result.returncode == 2
    assert result.stdout.startswith(
        """\
error: nothing happened for 1.5 s while running migrations/env.py.
caused by: migrations/env.py:6 in <module>
           models.py:12 in <module>
           waiting for the database
"""
    )
