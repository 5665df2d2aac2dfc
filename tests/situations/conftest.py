"""What a screen says, without what differs from machine to machine."""

import re

import pytest

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
