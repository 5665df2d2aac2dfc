"""Every change that the databases can tell is found, and nothing where nothing has changed."""

import re

import pytest

from tests.mutations import ENGINES, PAGE, observe, rows


@pytest.fixture
def observed(tmp_path, variables, driver_environment, postgresql, mariadb):
    def run(engine, **options):
        return observe(ENGINES[engine], tmp_path / "project", driver_environment, variables, **options)

    return run


def told(engine):
    """What the page says: {change: (autogenerate, migrate-guard)}."""
    at = list(ENGINES).index(engine) * 2
    lines = [
        re.split(r" *\| *", line.strip("| "))
        for line in PAGE.read_text().partition("\n## ")[0].splitlines()
        if line.startswith("| ")
    ]
    table = {name: (cells[at], cells[at + 1]) for name, *cells in lines[1:] if name != "**seen**"}
    return {name: cells for name, cells in table.items() if cells != ("–", "–")}


@pytest.mark.parametrize(("engine", "least"), [("SQLite", 50), ("PostgreSQL", 80), ("MariaDB", 50)])
def test_each_change_is_seen(observed, engine, least):
    found, seen = observed(engine)

    assert seen.not_built == []
    assert len(found) >= least
    assert [name for name, operations in found.items() if not operations] == []
    assert rows(found, seen) == told(engine)


@pytest.mark.parametrize("altered", [False, True], ids=["created", "altered"])
@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_seen_where_nothing_changed(observed, engine, altered):
    found, seen = observed(engine, control=True, altered=altered)

    assert seen.not_built == []
    assert len(found) > 40
    assert {name: operations for name, operations in found.items() if operations} == {}
    assert (seen.overruled, seen.left_out) == (0, 0)


def test_each_change_is_seen_after_a_history_of_alters(observed):
    """Of the servers, `make mutations` holds it."""
    found, seen = observed("SQLite", altered=True)

    assert rows(found, seen) == told("SQLite")
