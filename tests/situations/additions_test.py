"""What fix writes beyond autogenerate, on databases that hold something."""

import sqlite3

import pytest

CHECK = '__table_args__ = (CheckConstraint("id > 0", name="positive"),)\n'
CASCADE = """\
def upgrade():
    op.execute("CREATE TABLE tag (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER REFERENCES user (id) ON DELETE CASCADE)")
    op.execute("CREATE INDEX by_email ON user (email)")
    op.execute("CREATE VIEW names AS SELECT name FROM user")
    op.execute("CREATE TRIGGER louder AFTER INSERT ON user BEGIN UPDATE user SET name = upper(name) WHERE id = NEW.id; END")
"""
FOREIGN_KEYS = """\
    from sqlalchemy import event

    @event.listens_for(connectable, "connect")
    def heed(connection, record):
        connection.execute("PRAGMA foreign_keys=ON")

    with connectable.connect() as connection:
"""


@pytest.fixture
def alembic(environment):
    def run(checkout, *arguments):
        checkout.run(environment / "bin" / "alembic", *arguments)

    return run


def test_a_table_of_sqlite_that_is_made_anew_keeps_all_that_hangs_on_it(project, alembic):
    """Its rows, those of others that go with it, and what revisions alone have made."""
    checkout = project("linear")
    checkout.replace("migrations/env.py", "    with connectable.connect() as connection:\n", FOREIGN_KEYS)
    revision = "migrations/versions/cccccccccccc_create_post.py"
    checkout.replace(revision, "def upgrade():\n", CASCADE)
    checkout.replace("models.py", "import Column", "import CheckConstraint, Column, Index")
    tag = (
        '\n\nclass Tag(Base):\n    __tablename__ = "tag"\n    id = Column(Integer, primary_key=True)\n'
        '    user_id = Column(Integer, ForeignKey("user.id", ondelete="CASCADE"))\n'
    )
    checkout.write("models.py", (checkout.path / "models.py").read_text() + tag)
    checkout.replace(
        "models.py",
        "email = Column(String(120))",
        "email = Column(String(120))\n    by = Index('by_email', email)",
    )
    clean = checkout.guard("check")
    assert clean.returncode == 0, clean.stdout
    alembic(checkout, "upgrade", "head")
    database = sqlite3.connect(checkout.path / "app.db")
    with database:
        database.execute("INSERT INTO user (name, email) VALUES ('ann', 'ann@example.org')")
        database.execute("INSERT INTO tag (user_id) VALUES (1)")
        database.execute("INSERT INTO post (title, author_id) VALUES ('first', 1)")

    checkout.replace("models.py", '__tablename__ = "user"\n', f'__tablename__ = "user"\n    {CHECK}')
    checkout.replace("models.py", "class Post", "    age = Column(Integer, nullable=False)\n\n\nclass Post")
    fixed = checkout.guard("fix", "-m", "Check", "--default", "user.age=7")
    assert fixed.returncode == 0, fixed.stdout
    alembic(checkout, "upgrade", "head")

    def rows(query):
        return database.execute(query).fetchall()

    assert rows("SELECT name, email, age FROM user") == [("ANN", "ann@example.org", 7)]
    assert (rows("SELECT user_id FROM tag"), rows("SELECT author_id FROM post")) == ([(1,)], [(1,)])
    assert rows("SELECT * FROM names") == [("ANN",)]
    names = rows("SELECT name FROM sqlite_master WHERE name IN ('by_email', 'louder') ORDER BY name")
    assert names == [("by_email",), ("louder",)]
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed: positive"):
        database.execute("INSERT INTO user (id, name, age) VALUES (-1, 'x', 1)")
    database.execute("INSERT INTO user (name, age) VALUES ('bob', 1)")
    assert rows("SELECT name FROM names") == [("ANN",), ("BOB",)]
    database.commit()
    alembic(checkout, "downgrade", "-1")
    assert rows("SELECT name, email FROM user") == [("ANN", "ann@example.org"), ("BOB", None)]
    assert rows("SELECT user_id FROM tag") == [(1,)]


def test_rows_that_get_a_new_value_of_an_enum(project, driver_environment, postgresql):
    """PostgreSQL takes no value of the transaction that has added it."""
    checkout = project("postgresql_enum", driver_environment)
    checkout.replace(
        "migrations/env.py", "target_metadata = None", "import models\ntarget_metadata = models.Base.metadata"
    )
    checkout.replace("models.py", '    ok = "ok"\n', '    ok = "ok"\n    glad = "glad"\n')
    column = "    mood = sa.Column(sa.Enum(Mood), nullable=False)\n"
    checkout.replace(
        "models.py", column, column + column.replace("mood", "before") + column.replace("mood", "after")
    )

    fixed = checkout.guard(
        "fix", "-m", "Glad", "--default", "user.before=glad", "--backfill", "user.after='glad'", "--dry-run"
    )

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert "        op.execute(\"ALTER TYPE mood ADD VALUE 'glad'\")\n" in fixed.stdout
