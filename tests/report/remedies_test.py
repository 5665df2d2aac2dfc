"""Commands as they can be typed."""

import pytest

from migrate_guard.history.environment import Environment
from migrate_guard.report import remedies

MERGE = 'merge -m "merge heads" heads'


@pytest.fixture
def scripts(tmp_path):
    """The folder of an environment's commands."""
    folder = tmp_path / "my env" / "bin"
    folder.mkdir(parents=True)
    for name in ("alembic", "flask"):
        (folder / name).touch(mode=0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        pytest.param(
            Environment("migrations", "migrations", "", "alembic.ini"), f"alembic {MERGE}", id="alembic"
        ),
        pytest.param(Environment("m", "m", "", "conf.ini"), f"alembic -c conf.ini {MERGE}", id="another ini"),
        pytest.param(
            Environment("api/m", "api/m", "api", "api/alembic.ini"),
            f"(cd api && alembic {MERGE})",
            id="in a folder",
        ),
        pytest.param(
            Environment("migrations", "migrations", "", "migrations/alembic.ini", flask=True),
            'flask db merge -m "merge heads" heads',
            id="flask",
        ),
        pytest.param(
            Environment("db/m", "db/m", "", "db/m/alembic.ini", flask=True),
            'flask db merge -d db/m -m "merge heads" heads',
            id="flask, another directory",
        ),
    ],
)
def test_merge(environment, command, scripts):
    assert remedies.merge(environment, {"PATH": scripts}, scripts) == command
    assert remedies.merge(environment, {"PATH": ""}) == command


def test_merge_where_another_environment_is_active(scripts, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "alembic").touch(mode=0o755)
    environment = Environment("migrations", "migrations", "", "alembic.ini")
    for path in (str(other), ""):
        assert remedies.merge(environment, {"PATH": path}, scripts) == f"'{scripts}/alembic' {MERGE}"


@pytest.mark.parametrize(
    ("paths", "prefix", "options", "command"),
    [
        pytest.param(["a/b.py"], "", "", "git add a/b.py", id="at the top"),
        pytest.param(["a/b.py", "c d.py"], ".", "", "git add a/b.py 'c d.py'", id="several, quoted"),
        pytest.param(["a/b.py"], "a/", "-f", "git add -f b.py", id="inside"),
        pytest.param(["a/b.py"], "c/d/", "", "git add ../../a/b.py", id="beside"),
    ],
)
def test_add(paths, prefix, options, command):
    assert remedies.add(paths, prefix, options) == command


@pytest.mark.parametrize(
    ("message", "staged", "words"),
    [
        pytest.param("add phone", False, 'fix -m "add phone"', id="by hand"),
        pytest.param("add phone", True, 'fix --staged -m "add phone"', id="partly staged"),
        pytest.param("", False, "fix", id="a message for each"),
        pytest.param("add $x", False, "fix -m 'add $x'", id="what a shell would expand"),
    ],
)
def test_write(message, staged, words):
    assert remedies.write({"PATH": ""}, message, staged).endswith(f"migrate-guard {words}")
