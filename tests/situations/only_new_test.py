"""fix writes what is new, and what that needs; the rest it leaves, and says so."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

BEFORE = (
    'metadata.table("a", number(), Column("n", Integer), Column("x", String(10)), Index("ix_x", "x"))\n'
    'metadata.table("b", number())'
)
DRIFTED = (
    'metadata.table("a", number(), Column("n", Integer), Column("x", String(20)), Column("k", Integer))\n'
    'metadata.table("b", number())\nmetadata.table("c", number())'
)
NEW = (
    'metadata.table("a", number(), Column("n", Integer, nullable=False), Column("x", String(20)), Column("k", Integer), Column("w", Integer))\n'
    'metadata.table("b", number(), Column("c_id", ForeignKey("c.id")))\nmetadata.table("c", number())'
)


@pytest.fixture
def drifted(pair):
    """``drifted(engine, old, drift, new)``: the last commit has ``drift`` without a migration, the models are ``new``."""

    def make(engine, old, drift, new):
        checkout = pair(engine, old, drift)
        checkout.commit("Past the check")
        head = (checkout.path / "models.py").read_text().partition("\nmetadata.table(")[0]
        checkout.write("models.py", f"{head}\n{new}\n")
        return checkout

    return make


def written(checkout):
    (path,) = checkout.git("ls-files", "migrations/versions/*_second.py").split()
    return (checkout.path / path).read_text()


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL", pytest.param("MariaDB", marks=pytest.mark.wide)])
def test_old_drift_is_left_and_what_is_needed_is_taken_in(drifted, shows, engine):
    checkout = drifted(engine, BEFORE, DRIFTED, NEW)

    first = checkout.guard("fix", "-m", "Second", "--default", "a.n=0")
    text = written(checkout)
    again = checkout.guard("fix", "-m", "Third")
    rest = checkout.guard("fix", "-m", "Third", "--include-old")
    checked = checkout.guard("check")

    assert first.returncode == 0, first.stdout + first.stderr
    if engine == "SQLite":
        name = re.search(r"versions/(\w{12})_", first.stdout)[1]
        shows(first, "fix", "what is new", ID=name)
        shows(again, "fix", "nothing new")
    assert ("'w'" in text, "'c_id'" in text, "'c'" in text) == (True, True, True)
    assert ("'k'" in text, "ix_x" in text, "String(length=20)" in text) == (False, False, False)
    assert rest.returncode == 0, rest.stdout + rest.stderr
    assert checked.returncode == 0, checked.stdout


def test_a_table_that_is_made_anew_keeps_what_the_history_has(drifted):
    old = 'metadata.table("a", number(), Column("x", String(10)), Column("gone", Integer), CheckConstraint("x <> \'7\'", name="ck_x"))'
    drift = 'metadata.table("a", number(), Column("x", String(20)), Column("k", Integer), UniqueConstraint("k", name="uq_k"))'
    new = drift.replace(
        "UniqueConstraint", 'Column("w", Integer), CheckConstraint("w <> 8", name="ck_w"), UniqueConstraint'
    )
    checkout = drifted("SQLite", old, drift, new)

    asked = checkout.guard("fix", "-m", "Second")
    done = checkout.guard("fix", "-m", "Second", "--no-rename")

    assert "--rename a.gone:a.w" in asked.stdout
    assert "--rename a.gone:a.k" not in asked.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    made = written(checkout).partition("CREATE TABLE")[2].partition("INSERT INTO")[0]
    assert [word in made for word in ("ck_w", "ck_x", "VARCHAR(10)", "gone", "uq_k", "\\tk ")] == [
        True
    ] * 4 + [False] * 2


def test_where_nothing_is_new_what_was_there_is_written(drifted, shows):
    checkout = drifted("SQLite", BEFORE, DRIFTED, DRIFTED)
    checkout.write("README", "x")
    checkout.commit("Another commit")
    checkout.write("notes.py", "1\n")

    done = checkout.guard("fix", "-m", "Second")

    assert done.returncode == 0, done.stdout + done.stderr
    shows(done, "fix", "what was there before", ID=re.search(r"versions/(\w{12})_", done.stdout)[1])
    assert checkout.guard("check").returncode == 0


def test_of_two_at_once_one_writes(pair):
    """The other one looks again before it puts its file there."""
    old = 'metadata.table("a", number())'
    checkout = pair("SQLite", old, old.replace("()", '(), Column("n", Integer)'))

    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda name: checkout.guard("fix", "-m", name, "--no-stage"), ("One", "Two")))

    written = checkout.git("ls-files", "--others", "migrations").split()
    codes = sorted(one.returncode for one in both)
    assert (codes, len(written)) == ([0, 2], 1), [one.stdout + one.stderr for one in both]
    (refused,) = (one.stderr for one in both if one.returncode)
    assert "has changed since the migration was tested for it, and nothing was written." in " ".join(
        refused.split()
    )
    assert checkout.guard("check").returncode == 0
