"""A history that could be replayed before this commit: what fails now is this commit's, and no step hides it."""

import pytest

REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{0}"
down_revision = {1!r}


def upgrade():
    {2}


def downgrade():
    {3}
"""
NAME = "name = Column(String(50), nullable=False)"
MODELS = """\
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)
"""
USER = """op.create_table(
        "user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
    )"""
ROWS = """from sqlalchemy.orm import Session

    from models import User

    session = Session(op.get_bind())
    session.add(User(name="admin"))
    session.flush()"""
ALTER = 'with op.batch_alter_table("user") as batch:\n        batch.alter_column("name", {})'


def revision(checkout, id, down, upgrade, downgrade="pass"):
    checkout.write(f"migrations/versions/{id}_change.py", REVISION.format(id, down, upgrade, downgrade))


@pytest.fixture
def begun(project):
    return begin(project("linear"))


def begin(checkout):
    """One table of one revision."""
    checkout.git("rm", "-q", "-r", "migrations/versions")
    checkout.write("models.py", MODELS)
    revision(checkout, "aaaaaaaaaaaa", None, USER, 'op.drop_table("user")')
    checkout.commit("Begin")
    return checkout


def at(checkout, commit="HEAD"):
    return checkout.git("rev-parse", commit)[:8]


@pytest.fixture
def inserts(begun):
    """A second revision that adds a row by way of the models."""
    revision(begun, "bbbbbbbbbbbb", "aaaaaaaaaaaa", ROWS)
    begun.commit("Add the admin")
    begun.replace("models.py", NAME, f"{NAME}\n    email = Column(String(120))")
    return begun


def add_email(checkout):
    add = 'op.add_column("user", sa.Column("email", sa.String(120)))'
    revision(checkout, "cccccccccccc", "bbbbbbbbbbbb", add, 'op.drop_column("user", "email")')


def test_a_revision_that_inserts_by_way_of_the_models(inserts, shows):
    """The new column is not there yet when the old revision runs."""
    fixed = inserts.guard("fix", "-m", "Add email")
    assert (fixed.returncode, "Proved" in fixed.stdout) == (1, False), fixed.stdout
    add_email(inserts)
    inserts.git("add", "-A")

    result = inserts.guard("check", "--staged")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "the parent's history ran", PARENT=at(inserts))


def test_it_was_broken_before(inserts, shows):
    """One commit later it is old for a hook, and the step is judged. By hand the commit is named that broke it."""
    good = at(inserts)
    add_email(inserts)
    inserts.commit("Add email", "--no-verify")
    bad = at(inserts)
    inserts.write("notes.py", "NOTES = 1\n")
    inserts.git("add", "-A")
    assert inserts.guard("install").returncode == 0

    hook = inserts.run("git", "commit", "-m", "Notes")

    assert hook.returncode == 0, hook.stderr
    for _ in range(2):  # the second time it is remembered
        inserts.write("notes.py", "NOTES = 2\n")
        result = inserts.guard("check")
        assert result.returncode == 1
        shows(result, "upgrade-fails", "an earlier commit broke it", GOOD=good, BAD=bad)


def test_what_never_ran_is_judged_by_the_step(begun):
    """From the commit that added it on."""
    revision(begun, "bbbbbbbbbbbb", "aaaaaaaaaaaa", 'op.drop_column("user", "never")')
    begun.commit("Never ran", "--no-verify")
    begun.write("notes.py", "NOTES = 1\n")
    begun.git("add", "-A")

    result = begun.guard("check", "--staged")

    assert (result.returncode, "judged instead: the step" in " ".join(result.stdout.split())) == (0, True)


def merge(checkout, mine, theirs):
    """Two branches; each is (what it does to the models, the arguments of its revision)."""
    checkout.git("checkout", "-q", "-b", "theirs")
    _commit(checkout, *theirs, "Theirs")
    checkout.git("checkout", "-q", "-")
    _commit(checkout, *mine, "Mine")
    checkout.run("git", "merge", "-q", "--no-verify", "--no-commit", "theirs")
    checkout.git("checkout", "-q", "HEAD", "--", "models.py")
    theirs[0]()
    checkout.git("add", "-A")


def _commit(checkout, change, arguments, message):
    change()
    revision(checkout, *arguments)
    checkout.commit(message, "--no-verify")


def test_both_sides_of_a_merge_change_one_column(begun, shows):
    """With these ids the rename runs first, and the other side asks for the old name."""

    def rename():
        begun.replace("models.py", "    name = Column(", "    full_name = Column(")

    def widen():
        begun.replace("models.py", "String(50)", "String(60)")

    merge(
        begun,
        (widen, ("bbbbbbbbbbbb", "aaaaaaaaaaaa", ALTER.format("type_=sa.String(60)"))),
        (rename, ("cccccccccccc", "aaaaaaaaaaaa", ALTER.format('new_column_name="full_name"'))),
    )
    mine, theirs = at(begun), at(begun, "theirs")
    during = begun.guard("fix", "--merge", "-m", "join")
    begun.commit("Merge", "--no-verify")

    after = begun.guard("fix", "--merge", "-m", "join")
    begun.write("migrations/versions/dddddddddddd_join.py", JOIN)
    begun.git("add", "-A")
    result = begun.guard("check", "--staged")

    for joined in (during, after):
        assert (joined.returncode, "Proved" in joined.stdout) == (1, False), joined.stdout
    assert result.returncode == 1
    shows(result, "upgrade-fails", "both sides ran", MINE=mine, THEIRS=theirs)


def test_a_database_that_stands_at_one_of_the_heads(begun, shows):
    """With these ids the empty database takes the order that works; who has made the rename already takes the other."""

    def rename():
        begun.replace("models.py", "    name = Column(", "    full_name = Column(")

    def widen():
        begun.replace("models.py", "String(50)", "String(60)")

    merge(
        begun,
        (rename, ("bbbbbbbbbbbb", "aaaaaaaaaaaa", ALTER.format('new_column_name="full_name"'))),
        (widen, ("cccccccccccc", "aaaaaaaaaaaa", ALTER.format("type_=sa.String(60)"))),
    )

    joined = begun.guard("fix", "--merge", "-m", "join")

    assert joined.returncode == 0, joined.stdout
    shows(joined, "fix", "one of the heads cannot upgrade")

    (written,) = (begun.path / "migrations/versions").glob("*_join.py")
    written.unlink()
    begun.write("migrations/versions/dddddddddddd_join.py", JOIN)
    by_hand = begun.guard("check")
    begun.git("add", "-A")
    in_hook = begun.guard("check", "--staged", env={"PRE_COMMIT": "1"})

    assert (by_hand.returncode, in_hook.returncode, in_hook.stdout) == (0, 0, "")
    said = " ".join(by_hand.stdout.split())
    assert (
        "note: A database at bbbbbbbbbbbb cannot upgrade: revision cccccccccccc fails there (KeyError: 'name')."
        in said
    )


@pytest.mark.wide("aaaaaaaaaaaa")
@pytest.mark.parametrize("down", ["aaaaaaaaaaaa", None])
def test_both_sides_of_a_merge_create_one_table(begun, shows, down):
    """Also where each has begun a history of its own."""
    if down is None:
        begun.git("rm", "-q", "migrations/versions/aaaaaaaaaaaa_change.py")
        begun.write("models.py", MODELS.partition("\n\n\nclass")[0])
        begun.commit("No table")

    def song():
        text = (begun.path / "models.py").read_text()
        begun.write("models.py", text if SONG in text else text.rstrip() + SONG)

    merge(begun, (song, ("bbbbbbbbbbbb", down, CREATE_SONG)), (song, ("cccccccccccc", down, CREATE_SONG)))

    joined = begun.guard("fix", "--merge", "-m", "join")

    assert joined.returncode == 1
    shows(joined, "upgrade-fails", "both sides create one table", MINE=at(begun), THEIRS=at(begun, "theirs"))


SONG = """


class Song(Base):
    __tablename__ = "song"
    id = Column(Integer, primary_key=True)
"""
CREATE_SONG = 'op.create_table("song", sa.Column("id", sa.Integer, primary_key=True))'


def test_both_sides_of_a_merge_give_a_column_another_type(on, shows):
    """Each cast is fine on what was there before, and none on what the other side makes of it."""
    begun = begin(on("linear", "postgresql+psycopg2"))
    cast = 'op.alter_column("user", "name", type_=sa.{}(), postgresql_using="name::{}")'

    def into(type_):
        return lambda: begun.write(
            "models.py", MODELS.replace("String(50)", type_).replace("Integer, S", f"{type_}, Integer, S")
        )

    merge(
        begun,
        (into("DateTime"), ("bbbbbbbbbbbb", "aaaaaaaaaaaa", cast.format("DateTime", "timestamp"))),
        (into("Boolean"), ("cccccccccccc", "aaaaaaaaaaaa", cast.format("Boolean", "boolean"))),
    )
    mine, theirs = at(begun), at(begun, "theirs")
    begun.write("migrations/versions/dddddddddddd_join.py", JOIN)
    begun.git("add", "-A")

    result = begun.guard("check", "--staged")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "both sides cast one column", MINE=mine, THEIRS=theirs)


JOIN = """\
revision = "dddddddddddd"
down_revision = ("bbbbbbbbbbbb", "cccccccccccc")


def upgrade():
    pass


def downgrade():
    pass
"""
