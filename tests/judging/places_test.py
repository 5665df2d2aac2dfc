"""By what name the shell of the person finds the commands that remedies are made of."""

from dataclasses import replace

import pytest

from migrate_guard.history.environment import Environment
from migrate_guard.judging.places import place

PLAIN = Environment("migrations", "migrations", "", "alembic.ini")


@pytest.fixture
def scripts(tmp_path):
    """The folder of an environment's commands."""
    folder = tmp_path / "my env" / "bin"
    folder.mkdir(parents=True)
    for name in ("alembic", "flask"):
        (folder / name).touch(mode=0o755)
    return str(folder)


@pytest.mark.parametrize("flask, name", [(False, "alembic"), (True, "flask")])
def test_the_command_of_an_environment_that_is_active_or_unknown(flask, name, scripts):
    environment = replace(PLAIN, flask=flask)
    assert place(environment, {"PATH": scripts}, scripts).alembic == name
    assert place(environment, {"PATH": ""}).alembic == name


def test_the_command_where_another_environment_is_active(scripts, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "alembic").touch(mode=0o755)
    for path in (str(other), ""):
        assert place(PLAIN, {"PATH": path}, scripts).alembic == f"'{scripts}/alembic'"


def test_our_own_command():
    assert place(PLAIN, {"PATH": ""}, prefix="api/").own.endswith("migrate-guard")
