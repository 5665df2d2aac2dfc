"""Settings: every kind of value, and the words for what cannot be used."""

import json

import pytest

from migrate_guard.config import Settings, StartAt, read
from migrate_guard.errors import ConfigError

ENGINE = 'engine takes a dialect, postgresql, mysql and mariadb also with versions, like "postgresql>=15,<17", or a list with one of each.'
PINS_THAT_ARE_NONE = {
    "one equals sign": "'postgresql=15'",
    "no operator": "'postgresql 15'",
    "an unknown server": "'postgres>=15'",
    "an extra": "'postgresql[x]>=15'",
    "a marker": "'postgresql>=15; os_name'",
    "one server twice": "['mysql>=8', 'mysql<9']",
    "an empty list": "[]",
    "a number": "15",
}
START = "start = {revision = 'a', sql = 's.sql'}"
STARTS_THAT_ARE_NONE = {
    "no revision": {"sql": "s.sql"},
    "no file": {"revision": "a"},
    "an unknown key": {"revision": "a", "sql": "s.sql", "at": "b"},
    "no list of revisions": {"revision": 3, "sql": "s.sql"},
    "a text": "s.sql",
    "nothing": [],
    "two for the same": [{"revision": "a", "sql": "s.sql"}, {"revision": "b", "sql": "t.sql"}],
}
TABLE = "[tool.migrate-guard]\n"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param(None, Settings(), id="no pyproject.toml"),
        pytest.param("[project]\nname = 'x'", Settings(), id="no table"),
        pytest.param("# migrate-guard is great", Settings(), id="only named in a comment"),
        pytest.param(TABLE, Settings(declared=True), id="an empty table"),
        pytest.param(TABLE + "heads = 2", Settings(True, heads=2), id="a number of heads"),
        pytest.param(TABLE + "heads = ['a', 'b']", Settings(True, heads=("a", "b")), id="labels of heads"),
        pytest.param(TABLE + "python = '.venv'", Settings(True, python=(".venv",)), id="python as a path"),
        pytest.param(TABLE + "python = ['a', 'b']", Settings(True, python=("a", "b")), id="python as a command"),
        pytest.param(TABLE + "timeout = 5", Settings(True, timeout=5.0), id="whole seconds"),
        pytest.param(TABLE + "overlay = ['x']\nexclude = []\napp = 'a:b'", Settings(True, overlay=("x",), app="a:b"), id="the rest"),
        pytest.param(TABLE + "engine = 'postgresql>=15,<17'", Settings(True, engine=("postgresql>=15,<17",)), id="a pin"),
        pytest.param(TABLE + "engine = ['MySQL', 'mariadb~=10.6']", Settings(True, engine=("MySQL", "mariadb~=10.6")), id="a pin for each"),
        pytest.param(TABLE + "scratch_setup = 'SELECT 1'", Settings(True, scratch_setup={"": "SELECT 1"}), id="SQL for each server"),
        pytest.param(TABLE + "scratch_setup = {mysql = 'a.sql'}", Settings(True, scratch_setup={"mysql": "a.sql"}), id="SQL for a dialect"),
        pytest.param(TABLE + START, Settings(True, start=(StartAt(("a",), "s.sql"),)), id="a start"),
        pytest.param(
            TABLE + "start = [{revision = ['a', 'b'], sql = 's'}, {revision = 'c', sql = 't', environment = 'e', database = 'd'}]",
            Settings(True, start=(StartAt(("a", "b"), "s"), StartAt(("c",), "t", "e", "d"))),
            id="several starts",
        ),
    ],
)  # fmt: skip
def test_reads(text, settings):
    assert read(text and text.encode(), {}) == settings


def test_the_argument_goes_before_the_variable_and_that_before_the_setting():
    text = (TABLE + "python = 'a'").encode()
    environ = {"MIGRATE_GUARD_PYTHON": "b"}
    assert read(text, {}).python == ("a",)
    assert read(text, environ).python == ("b",)
    assert read(text, environ, "c").python == ("c",)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        pytest.param(
            "head = 2",
            "pyproject.toml: [tool.migrate-guard] has no setting 'head'.",
            "The settings are: python, exclude, heads, app, overlay, timeout, scratch_url, engine, scratch_setup, env_file, judge, strict, start, base, history, by_application, env, environments.",
            id="unknown",
        ),
        pytest.param(
            "heads = 0",
            "pyproject.toml: heads = 0 cannot be used.",
            "heads takes a number from 1 up, or a list of branch labels.",
            id="no heads",
        ),
        pytest.param(
            "heads = true",
            "pyproject.toml: heads = True cannot be used.",
            "heads takes a number from 1 up, or a list of branch labels.",
            id="a truth value is no number",
        ),
        pytest.param(
            "heads = []",
            "pyproject.toml: heads = [] cannot be used.",
            "heads takes a number from 1 up, or a list of branch labels.",
            id="no labels",
        ),
        pytest.param(
            "exclude = 'a'",
            "pyproject.toml: exclude = 'a' cannot be used.",
            "exclude takes a list of patterns of script directories.",
            id="a string for a list",
        ),
        pytest.param(
            "python = ''",
            "pyproject.toml: python = '' cannot be used.",
            "python takes a path, or a list of the words of a command.",
            id="empty python",
        ),
        pytest.param(
            "timeout = -1",
            "pyproject.toml: timeout = -1 cannot be used.",
            "timeout takes a number of seconds greater than 0.",
            id="negative time",
        ),
        *(
            pytest.param(
                f"engine = {value}", f"pyproject.toml: engine = {value} cannot be used.", ENGINE, id=name
            )
            for name, value in PINS_THAT_ARE_NONE.items()
        ),
        pytest.param(
            "scratch_setup = 3",
            "pyproject.toml: scratch_setup = 3 cannot be used.",
            'scratch_setup takes SQL or the path of a .sql file, or a table of them by dialect, like {postgresql = "..."}.',
            id="no SQL",
        ),
    ],
)
def test_refuses(line, message, hint):
    with pytest.raises(ConfigError) as refused:
        read((TABLE + line).encode(), {})
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize("value", STARTS_THAT_ARE_NONE.values(), ids=STARTS_THAT_ARE_NONE)
def test_refuses_a_start(value):
    text = json.dumps(value).replace('": ', '" = ')  # TOML's inline tables
    with pytest.raises(ConfigError) as refused:
        read((TABLE + f"start = {text}").encode(), {})
    assert refused.value.message == f"pyproject.toml: start = {value!r} cannot be used."
    assert refused.value.hint == (
        'start takes a table like {revision = "1f0c2d3e4a5b", sql = "db/start.sql"}, or a list of them with environment '
        "or database, of which no two are the same."
    )


def test_refuses_what_is_not_toml():
    with pytest.raises(ConfigError) as refused:
        read(b"[tool.migrate-guard\nheads = 2", {})
    assert refused.value.message == "pyproject.toml cannot be read."
    assert "line 1" in refused.value.cause
