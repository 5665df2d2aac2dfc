"""The proof has rows: what is filled, what stays empty and why, and what is found by them alone."""

import re
import sqlite3

import pytest

POST = 'metadata.table("post", number(), Column("title", String({0})){1})'
COMMENT = 'metadata.table("comment", number(), Column("post_id", ForeignKey("post.id"{0}), nullable=False))'
MORE = """\
from alembic import op
revision = "bbbb"
down_revision = "aaaa"


def upgrade():
    op.execute("CREATE TABLE more (a INTEGER)")
    op.execute("INSERT INTO more VALUES (1)")


def downgrade():
    op.execute("DROP TABLE more")
"""


def said(checkout, *options):
    done = checkout.guard("fix", "-m", "Second", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def alembic(driver_environment):
    def run(checkout, *arguments):
        done = checkout.run(driver_environment / "bin/alembic", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.mark.parametrize("rule", ["", ', ondelete="CASCADE"'], ids=["plain", "cascade"])
@pytest.mark.parametrize("heeds", ["by a listener", "in one transaction"])
@pytest.mark.parametrize("batch", ["false", "true"])
@pytest.mark.wide("false-by a listener-plain", "true-in one transaction-plain", "true-by a listener-cascade")
def test_rows_that_refer_to_a_table_of_sqlite_stay(pair, alembic, rule, heeds, batch):
    """Whatever ran before in the same upgrade: an earlier revision writes, which begins a transaction."""
    sides = ["\n".join([POST.format(size, ""), COMMENT.format(rule)]) for size in (10, 80)]
    checkout = pair("SQLite", *sides, foreign_keys=heeds, render_as_batch=batch)
    alembic(checkout, "upgrade", "head")
    with sqlite3.connect(checkout.path / "app.db") as database:
        database.execute("INSERT INTO post (id, title) VALUES (1, 'first'), (2, 'second')")
        database.execute("INSERT INTO comment (post_id) VALUES (1), (2)")
    checkout.write("migrations/versions/bbbb_more.py", MORE)
    text = (checkout.path / "models.py").read_text()
    checkout.write("models.py", f'{text}\nmetadata.table("more", Column("a", Integer))\n')

    screen = said(checkout)
    alembic(checkout, "upgrade", "head")

    rows = database.execute("SELECT p.title FROM comment c JOIN post p ON p.id = c.post_id ORDER BY c.id")
    assert rows.fetchall() == [("first",), ("second",)]
    assert "Tested with rows in post, comment: upgrade, compare, downgrade, upgrade." in screen
    alembic(checkout, "downgrade", "-1")
    assert database.execute("SELECT count(*) FROM comment").fetchone() == (2,)
    database.close()


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL", pytest.param("MariaDB", marks=pytest.mark.wide)])
def test_what_cannot_be_filled_is_named(pair, engine):
    """Parents and children are filled, a table whose CHECK nothing here satisfies is not."""
    audit = 'metadata.table("audit", number(), Column("n", {0}, nullable=False), CheckConstraint("n * n = 104976", name="ck_x"){1})'
    old = ['metadata.table("author", number())', audit.format("Integer", ""), COMMENT.format(""),
           POST.format(10, ', Column("by", ForeignKey("author.id"), nullable=False)')]  # fmt: skip
    new = [old[0], audit.format("Integer", ', Column("m", Integer)'), old[2], old[3].replace("10", "80")]
    checkout = pair(engine, "\n".join(old), "\n".join(new))

    screen = said(checkout)

    tested = next(one for one in screen.splitlines() if one.startswith("Tested"))
    filled = tested.partition("with rows in ")[2].partition(";")[0].split(", ")
    assert sorted(filled) == ["author", "comment", "post"]
    assert "; without rows in audit (CHECK ck_x could not be satisfied): upgrade" in tested


def test_a_condition_is_satisfied_where_its_words_say_how(pair):
    conditions = ("n > 99", "kind IN ('small', 'large')", "day >= '2030-01-01'", "price BETWEEN 20 AND 30")
    columns = (
        'Column("n", Integer), Column("kind", String(9)), Column("day", Date), Column("price", Numeric(8, 2))'
    )
    checks = ", ".join(f'CheckConstraint("{one}", name="ck_{at}")' for at, one in enumerate(conditions))
    old = f'metadata.table("thing", number(), {columns}, {checks})'
    checkout = pair("PostgreSQL", old, old.replace("String(9)", "String(19)"))

    assert "Tested with rows in thing: " in said(checkout)


def test_the_query_that_counts_rows_which_are_refused(pair, alembic, shows):
    """Of each kind of thing that only the tighter side has. Each is run as printed."""
    old = 'metadata.table("a", number(), Column("n", Integer), Column("m", Integer), Column("k", Integer), Column("b_id", Integer))\n'
    new = (
        'metadata.table("a", number(), Column("n", Integer), Column("m", Integer, unique=True), Column("k", Integer, nullable=False),'
        ' Column("b_id", ForeignKey("b.id")), CheckConstraint("n > 1", name="ck_n"))\n'
    )
    other = 'metadata.table("b", number())\n'
    checkout = pair("SQLite", old + other, new + other)
    alembic(checkout, "upgrade", "head")
    with sqlite3.connect(checkout.path / "app.db") as database:
        database.execute("INSERT INTO a (n, m, k, b_id) VALUES (1, 5, NULL, 7), (2, 5, 1, NULL)")

    screen = said(checkout, "--allow-empty-only")

    shows(screen, "fix", "rows that are refused", ID=re.search(r"versions/(\w{12})_", screen)[1])
    queries = [line.strip() for line in screen.splitlines() if line.startswith("  SELECT ")]
    assert len(queries) == 4
    assert [database.execute(query).fetchone() for query in queries] == [(1,)] * 4
    database.close()


def test_a_migration_of_people_may_fail_with_rows_that_are_made_up(pair, shows):
    by_hand = """\
from alembic import op
revision = "bbbb"
down_revision = "aaaa"


def upgrade():
    op.execute("CREATE TABLE copy AS SELECT id, title::integer AS title FROM post")
    op.execute("DROP TABLE copy")


def downgrade():
    pass
"""
    checkout = pair("PostgreSQL", POST.format(10, ""), POST.format(80, ""))
    checkout.write("migrations/versions/bbbb_by_hand.py", by_hand)

    screen = said(checkout)

    shows(
        screen, "fix", "a migration of people fails with rows", ID=re.search(r"versions/(\w{12})_", screen)[1]
    )


def test_a_template_without_a_downgrade(pair, shows):
    checkout = pair("SQLite", POST.format(10, ""), POST.format(10, ', Column("n", Integer)'))
    text = (checkout.path / "migrations/script.py.mako").read_text()
    checkout.write("migrations/script.py.mako", text[: text.index("def downgrade")].rstrip() + "\n")

    screen = said(checkout)

    shows(screen, "fix", "no downgrade", ID=re.search(r"versions/(\w{12})_", screen)[1])


LOSES = """\
    op.execute("DELETE FROM comment WHERE id = 2")
"""


def test_rows_that_are_lost_keep_it_from_being_written(pair, shows):
    checkout = pair(
        "SQLite",
        "\n".join([POST.format(10, ""), COMMENT.format("")]),
        "\n".join([POST.format(10, ', Column("n", Integer)'), COMMENT.format("")]),
    )
    checkout.replace("migrations/script.py.mako", "    ${upgrades", f"{LOSES}    ${{upgrades")

    done = checkout.guard("fix", "-m", "Second")

    assert done.returncode == 1
    shows(done.stdout.partition("\nThe draft of ")[0], "fix", "rows are lost")
