"""Every change that the databases can tell is found, and nothing where nothing has changed."""

import re

import pytest

from benchmarks.mutations import ENGINES, PAGE, mend, observe, rows, undecided


@pytest.fixture
def observed(tmp_path, variables, driver_environment, postgresql, mariadb):
    def run(engine, **options):
        return observe(ENGINES[engine], tmp_path / "project", driver_environment, variables, **options)

    return run


def told(engine):
    """What the page says: {change: (autogenerate, migrate-guard)}."""
    at = list(ENGINES).index(engine) * 3
    lines = [
        re.split(r" *\| *", line.strip("| "))
        for line in PAGE.read_text().partition("\n## ")[0].splitlines()
        if line.startswith("| ")
    ]
    table = {name: (cells[at], cells[at + 1]) for name, *cells in lines[1:] if name != "**all**"}
    return {name: cells for name, cells in table.items() if cells != ("–", "–")}


@pytest.mark.wide("PostgreSQL-1", "MariaDB-1")
@pytest.mark.parametrize(
    ("engine", "step"),
    [("SQLite", 1), ("PostgreSQL", 6), ("MariaDB", 6), ("PostgreSQL", 1), ("MariaDB", 1)],
)
def test_each_change_is_seen(observed, engine, step):
    """Of a server one in six, where it is not all of them."""
    expected = told(engine)
    names = list(expected)[::step]

    found, seen = observed(engine, only=names if step > 1 else ())

    assert seen.not_built == ()
    assert len(names) >= {"SQLite": 50, "PostgreSQL": 80, "MariaDB": 50}[engine] // step
    assert [name for name, operations in found.items() if not operations] == []
    assert rows(found, seen) == {name: expected[name] for name in names}


@pytest.mark.parametrize(
    ("engine", "altered"),
    [
        pytest.param("SQLite", False, id="created"),
        pytest.param("SQLite", True, id="SQLite"),
        pytest.param("PostgreSQL", True, id="PostgreSQL", marks=pytest.mark.wide),
        pytest.param("MariaDB", True, id="MariaDB", marks=pytest.mark.wide),
    ],
)
@pytest.mark.wide("SQLite")
def test_nothing_is_seen_where_nothing_changed(observed, engine, altered):
    """What servers keep of one CREATE `make mutations` compares: it is less apt to read otherwise."""
    found, seen = observed(engine, control=True, altered=altered)

    assert seen.not_built == ()
    assert len(found) > 40
    assert {name: operations for name, operations in found.items() if operations} == {}
    assert (seen.overruled, seen.left_out) == (0, 0)


@pytest.mark.wide
def test_each_change_is_seen_after_a_history_of_alters(observed):
    """Of the servers, `make mutations` holds it."""
    found, seen = observed("SQLite", altered=True)

    assert rows(found, seen) == told("SQLite")


@pytest.fixture
def mended(tmp_path, variables, driver_environment, postgresql, mariadb):
    def run(engine, only, checked):
        folder = tmp_path / "project"
        return mend(ENGINES[engine], folder, driver_environment, variables, only, checked)

    return run


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL", pytest.param("MariaDB", marks=pytest.mark.wide)])
@pytest.mark.wide("PostgreSQL")
def test_fix_writes_each_change_and_proves_it(mended, engine):
    """A third of them; `make mutations` holds all, and checks once more on the servers."""
    every = [name for name in told(engine) if name not in undecided(engine)]
    names = [name for name in every if name in every[::3] or name == "array of another type"]

    missing, report = mended(engine, names, checked=engine == "SQLite")

    assert [(one.fact, one.detail) for one in missing.report.errors] == []
    (file,) = missing.files
    assert [name for name in names if f'UPGRADES["{name}"]' not in file.text] == []
    if report:
        assert (report.exit_code, report.errors, report.failures) == (0, [], ())


def test_fix_asks_where_nobody_else_knows(mended):
    missing, _ = mended("PostgreSQL", undecided("PostgreSQL"), checked=False)

    (found,) = missing.report.errors
    assert found.fact == "3 points of the new revision can be decided by nobody but you."
    assert found.detail == (
        "how public.thing.c becomes text[] from text",
        "what becomes of rows that hold 'c' of enum public.e",
        "table thing has to be made anew, with its rows: partitioned by RANGE (id)",
    )
    (file,) = missing.files
    for mark in found.detail:
        assert f"    # migrate-guard: decide: {mark}\n" in file.text
        assert f"    raise NotImplementedError({mark!r})\n" in file.text
