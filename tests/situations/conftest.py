"""What a screen says, without what differs from machine to machine."""

import re
import subprocess
import tempfile
from pathlib import Path

import pytest

URL = "{}://u:secret@db.example.org:1/x"

_VERSIONS = re.compile(r"\(Python [\d.]+, SQLAlchemy [\d.]+, Alembic [\d.]+\)")

# The command with its whole path where it is not on the PATH.
_COMMAND = re.compile(r"(?<=  )/\S+/(migrate-guard fix|alembic|flask)(?= )")


@pytest.fixture
def said():
    """``said(result)``: the screen with each verdict on one line, (VERSIONS) in it, and the command by its name."""

    def read(result) -> str:
        assert "Traceback" not in result.stdout + result.stderr
        screen = _COMMAND.sub(r"\1", result.stdout + result.stderr)
        blocks = screen.split("\n\n")
        return "\n\n".join(_unwrapped(block) if " replayed on SQLite" in block else block for block in blocks)

    return read


def _unwrapped(block):
    return _VERSIONS.sub("(VERSIONS)", re.sub(r"\n +", " ", block))


@pytest.fixture
def plant():
    """``plant(checkout, file)``: give the first model of ``file`` a column that no revision adds."""

    def add_column(checkout, file="models.py") -> None:
        text = (checkout.path / file).read_text()
        db = "db." if "db." in text else ""
        column = f"    phone = {db}Column({db}String(20))\n"
        if not db and "String" not in text:
            text = text.replace("Integer\n", "Integer, String\n", 1)
        checkout.write(file, text.replace("primary_key=True)\n", f"primary_key=True)\n{column}", 1))

    return add_column


@pytest.fixture
def temporary():
    """A folder for temporary files that a server of root's may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def on(project, driver_environment, temporary):
    """``on(name, dialect)``: the project with its configured URL replaced."""

    def configure(name, dialect, url=None, python=driver_environment):
        checkout = project(name, python)
        text = (checkout.path / "alembic.ini").read_text()
        url = url or (f"{dialect}:///app.db" if dialect.startswith("sqlite") else URL.format(dialect))
        lines = [
            f"sqlalchemy.url = {url}" if "sqlalchemy.url" in line else line for line in text.splitlines()
        ]
        checkout.write("alembic.ini", "\n".join(lines) + "\n")
        checkout.variables["TMPDIR"] = str(temporary)
        return checkout

    return configure


@pytest.fixture
def left(temporary, tmp_path):
    """Folders and processes of runs that have ended."""

    def look():
        folders = [*temporary.iterdir(), *(tmp_path / "cache/migrate-guard/runs").glob("run-*")]
        running = subprocess.run(
            ["ps", "-ww", "-eo", "args"], capture_output=True, text=True
        ).stdout.splitlines()
        return [*folders, *(line for line in running if str(temporary) in line or str(tmp_path) in line)]

    return look


@pytest.fixture
def clean_then_drift(plant):
    """``clean_then_drift(checkout, engine)``: both are asserted, and that ``engine`` is what was used."""

    def checks(checkout, engine):
        clean = checkout.guard("check")
        assert (clean.returncode, engine in clean.stdout, "they agree" in clean.stdout) == (0, True, True), (
            clean.stdout
        )
        plant(checkout)
        drift = checkout.guard("check")
        assert (drift.returncode, "add column user.phone: VARCHAR(20)" in drift.stdout) == (1, True), (
            drift.stdout
        )

    return checks
