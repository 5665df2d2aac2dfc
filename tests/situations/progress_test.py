"""What a terminal shows while a run takes its time."""

import os
import pty
import subprocess
import sys

import pytest

REWRITE = "\r\033[K"


@pytest.fixture
def on_terminal():
    """``on_terminal(checkout, *arguments)``: the result, and what a terminal got on standard error."""

    def run(checkout, *arguments):
        terminal, end = pty.openpty()
        with os.fdopen(terminal, "rb", buffering=0) as shown, os.fdopen(end, "wb") as stderr:
            done = subprocess.run(
                [sys.executable, "-m", "migrate_guard", *arguments],
                cwd=checkout.path,
                env=checkout.variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
            stderr.write(b"END")
            stderr.flush()
            text = b""
            while not text.endswith(b"END"):
                text += shown.read(1 << 16)
        return done, text.decode().removesuffix("END")

    return run


def test_the_revision_that_takes_its_time_and_then_nothing(project, on_terminal):
    checkout = project("linear")
    quick, nothing = on_terminal(checkout, "heads")
    second = next((checkout.path / "migrations/versions").glob("bbbbbbbbbbbb*"))
    code = "def upgrade():\n    import time\n\n    time.sleep(1.5)\n"
    second.write_text(second.read_text().replace("def upgrade():\n", code))

    done, shown = on_terminal(checkout, "check")
    elsewhere = checkout.guard("check")

    assert (quick.returncode, nothing) == (0, "")
    assert done.returncode == 0, done.stdout
    assert f"{REWRITE}replaying revision bbbbbbbbbbbb (2 of 3) ..." in shown
    assert shown.endswith(REWRITE)
    assert shown.count("\n") == 0
    assert (elsewhere.stdout, elsewhere.stderr) == (done.stdout, "")
