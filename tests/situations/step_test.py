"""Histories that cannot be replayed from their base: the step from an earlier commit's models."""

import pytest

REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{0}"
down_revision = "{1}"


def upgrade():
    {2}


def downgrade():
    {3}
"""
PHONE = 'op.add_column("user", sa.Column("phone", sa.String(20)))'


@pytest.fixture
def begun(project):
    """As its first commit."""
    return project("unreplayable_history")


def revision(checkout, id, down, upgrade, downgrade="pass"):
    return checkout.write(
        f"migrations/versions/{id}_change.py", REVISION.format(id, down, upgrade, downgrade)
    )


def at(checkout, commit="HEAD"):
    return checkout.git("rev-parse", commit)[:8]


def test_clean_then_drift_then_fixed(begun, plant, shows):
    begin = at(begun)
    begun.write("notes.txt", "nothing that models or revisions say")
    begun.git("add", "-A")

    nothing = begun.guard("check")
    plant(begun)
    drift = begun.guard("check")
    fixed = begun.guard("fix", "-m", "Add phone")
    after = begun.guard("check")

    assert (nothing.returncode, drift.returncode) == (0, 1)
    shows(nothing, "step", "clean", REVISIONS="0 revisions", START=begin)
    shows(drift, "step", "drift", START=begin)
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert "Tested with rows in user, post: upgrade, compare, downgrade, upgrade." in fixed.stdout
    assert after.returncode == 0
    shows(after, "step", "clean", REVISIONS="1 revision", START=begin)


def change(checkout, column, id, down):
    """A column of users in the models, and its revision."""
    first = "    name = Column(String(50), nullable=False)\n"
    checkout.replace("models.py", first, f"{first}    {column} = Column(String(20))\n")
    add = f'op.add_column("user", sa.Column("{column}", sa.String(20)))'
    revision(checkout, id, down, add, f'op.drop_column("user", "{column}")')


@pytest.mark.wide
def test_two_steps_in_a_row_and_an_amended_one(begun, shows):
    assert begun.guard("install").returncode == 0
    begin = at(begun)
    change(begun, "phone", "cccccccccccc", "bbbbbbbbbbbb")
    begun.commit("Phone")
    phone = at(begun)
    change(begun, "fax", "dddddddddddd", "cccccccccccc")
    begun.commit("Fax")

    # The models of the commit that is amended have what the revision made before it was edited.
    begun.replace("models.py", "fax = Column(String(20))", "fax = Column(String(30))")
    begun.git("add", "-A")
    forgotten = begun.run("git", "commit", "--amend", "--no-edit")
    begun.replace("migrations/versions/dddddddddddd_change.py", "String(20)", "String(30)")
    begun.commit("Fax", "--amend")
    after = begun.guard("check")

    assert forgotten.returncode == 1
    assert "the models say VARCHAR(30), the history says VARCHAR(20)" in forgotten.stderr
    assert after.returncode == 0
    shows(after, "step", "clean", REVISIONS="1 revision", START=phone)
    assert begun.git("rev-list", "--count", "HEAD") == "3\n"
    assert at(begun, "HEAD~2") == begin


def test_the_forgotten_revision_is_added_later(begun, plant, shows):
    begin = at(begun)
    plant(begun)
    begun.commit("Only the models")
    begun.write("models.py", "# People\n" + (begun.path / "models.py").read_text())
    begun.commit("Something else")
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", PHONE)
    begun.git("add", "-A")

    result = begun.guard("check", "--staged")

    assert result.returncode == 0
    shows(result, "step", "clean, --staged", START=begin)


@pytest.mark.wide
def test_a_merge(begun, shows):
    assert begun.guard("install").returncode == 0
    begun.git("checkout", "-q", "-b", "side")
    change(begun, "phone", "cccccccccccc", "bbbbbbbbbbbb")
    begun.commit("Phone")
    begun.git("checkout", "-q", "main")
    begun.replace("models.py", "    slug =", "    text = Column(String(20))\n    slug =")
    revision(begun, "dddddddddddd", "bbbbbbbbbbbb", 'op.add_column("post", sa.Column("text", sa.String(20)))')
    begun.commit("Text")
    main = at(begun)

    begun.git("merge", "-q", "--no-ff", "--no-commit", "side")
    joined = begun.guard("fix", "--merge")
    begun.commit("Merge side")
    after = begun.guard("check")

    assert joined.returncode == 0, joined.stdout + joined.stderr
    assert after.returncode == 0
    shows(after, "step", "clean, after a merge", REVISIONS="2 revisions", START=main)


@pytest.mark.wide
def test_drift_of_the_other_side_of_a_merge_is_old(begun, plant):
    """That side cannot be judged from where this one is, but from where the two have parted."""
    assert begun.guard("install").returncode == 0
    begun.git("checkout", "-q", "-b", "feature")
    change(begun, "fax", "cccccccccccc", "bbbbbbbbbbbb")
    begun.commit("Fax")
    begun.git("checkout", "-q", "main")
    begun.replace(
        "models.py",
        "class User",
        'class Tag(Base):\n    __tablename__ = "tag"\n    id = Column(Integer, primary_key=True)\n\n\nclass User',
    )
    begun.commit("The revision is forgotten", "--no-verify")
    begun.git("checkout", "-q", "feature")

    merged = begun.run("git", "merge", "--no-edit", "main")

    assert merged.returncode == 0, merged.stderr
    assert merged.stderr.startswith("1 difference was there before this commit")
    judged = begun.guard("check", "--staged")
    assert judged.stdout.startswith("1 difference was there before this commit")


def test_a_new_revision_that_fails(begun, plant, shows):
    plant(begun)
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", f"{PHONE}\n    sa.nothing()")
    begun.git("add", "-A")

    result = begun.guard("check", "--staged")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "on a step", START=at(begun))


def test_no_commit_will_do_to_start_from(begun, shows):
    begin = at(begun)
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", 'op.add_column("user", sa.Column("name", sa.Text))')
    there = begun.guard("check")
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", 'op.add_column("usr", sa.Column("name", sa.Text))')
    not_there = begun.guard("check")

    assert (there.returncode, not_there.returncode) == (2, 2)
    shows(there, "step", "a revision makes what is there already", START=begin)
    shows(not_there, "step", "a revision asks for what is not there", START=begin)


def test_a_commit_to_start_from_that_cannot_be_run(begun, shows):
    begun.replace("models.py", "from sqlalchemy.orm", "import gone\nfrom sqlalchemy.orm")
    begun.commit("A dependency")
    begun.replace("models.py", "import gone\n", "")

    result = begun.guard("check")

    assert result.returncode == 2
    shows(result, "step", "the commit to start from cannot be run", START=at(begun))


def test_what_a_dba_makes_can_be_replayed(begun, shows):
    """The failure shows the line of scratch_setup, as it does without a commit before."""
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", "raise Exception('role \"app\" does not exist')")
    begun.replace(
        "migrations/versions/aaaaaaaaaaaa_email.py",
        "    op.add",
        "    raise Exception('role \"app\" does not exist')\n    op.add",
    )
    begun.commit("Grant")
    begun.write("notes.txt", "more")

    result = begun.guard("check")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "what a DBA makes")


def test_a_start_without_metadata(begun, shows):
    begun.replace("migrations/env.py", "models.Base.metadata", "None")
    begun.commit("No models")
    begun.replace("migrations/env.py", "target_metadata = None", "target_metadata = models.Base.metadata")

    result = begun.guard("check")

    assert result.returncode == 2
    shows(result, "step", "the commit to start from has no models", START=at(begun))


def test_a_shallow_clone(begun, shows, tmp_path):
    begun.write("notes.txt", "more")
    begun.commit("Notes")
    shallow = type(begun)(tmp_path / "shallow", begun.variables)
    begun.git("clone", "-q", "--depth=1", f"file://{begun.path}", shallow.path)

    result = shallow.guard("check")

    assert result.returncode == 2
    shows(result, "step", "a shallow clone")


def test_the_setting(begun, shows):
    begun.write("pyproject.toml", '[tool.migrate-guard]\nhistory = "replay"\n')
    begun.commit("Replay")
    replayed = begun.guard("check", "--ref", "HEAD")
    begun.replace("pyproject.toml", "replay", "step")
    start = at(begun)
    stepped = begun.guard("check")

    assert replayed.returncode == 1
    assert stepped.returncode == 0
    shows(replayed, "upgrade-fails", "where a step is not allowed")
    shows(stepped, "step", "clean, by the setting", START=start)


@pytest.mark.wide
def test_several_databases(project):
    checkout = project("multidb")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nhistory = "step"\n')
    checkout.commit("Step")
    models = next(path for path in checkout.path.rglob("models.py"))
    models.write_text(
        models.read_text().replace("primary_key=True)\n", "primary_key=True)\n    extra = Column(Integer)\n")
    )

    fixed = checkout.guard("fix", "-m", "More in each")
    after = checkout.guard("check")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert (after.returncode, "1 revision of the working tree replayed" in after.stdout) == (0, True), (
        after.stdout
    )


def test_a_first_revision_that_makes_nothing(begun, plant, shows):
    """The failing revision is the commit's own, as far as a replay can tell."""
    for id in ("aaaaaaaaaaaa_email", "bbbbbbbbbbbb_slug"):
        file = f"migrations/versions/{id}.py"
        text = (begun.path / file).read_text()
        begun.write(file, text[: text.index("    op.add")] + "    pass\n\n\ndef downgrade():\n    pass\n")
    begun.commit("Begin with nothing")
    plant(begun)
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", PHONE)
    begun.git("add", "-A")

    replayed = begun.guard("check", "--staged")
    begun.write("pyproject.toml", '[tool.migrate-guard]\nhistory = "step"\n')
    begun.git("add", "-A")
    stepped = begun.guard("check", "--staged")

    assert replayed.returncode == 1
    assert stepped.returncode == 0, stepped.stdout + stepped.stderr
    shows(replayed, "upgrade-fails", "history = step is the way out", START=at(begun))


def test_nothing_to_step_from(begun, shows):
    """The first commit of all is judged from the empty database."""
    result = begun.guard("check", "--ref", "HEAD")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "and nothing to step from")


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
@pytest.mark.wide("mysql+pymysql")
@pytest.mark.wide
def test_on_a_server(on, plant, left, dialect):
    checkout = on("unreplayable_history", dialect)
    checkout.commit("Another database")
    plant(checkout)

    fixed = checkout.guard("fix", "-m", "Add phone")
    after = checkout.guard("check")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert (after.returncode, "1 revision of the working tree replayed on" in after.stdout) == (0, True), (
        after.stdout
    )
    assert left() == []


def test_models_that_only_a_revision_imports(begun):
    """Both sides see them."""
    begun.write("grants.py", GRANTS)
    begun.replace("migrations/versions/aaaaaaaaaaaa_email.py", "from alembic", "import grants\nfrom alembic")
    begun.commit("Grants", "--no-verify")
    begun.write("other.py", "OTHER = 1\n")
    begun.git("add", "-A")

    result = begun.guard("check", "--staged")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


GRANTS = """\
from sqlalchemy import Column, Integer

from models import Base


class Grant(Base):
    __tablename__ = "grant"
    id = Column(Integer, primary_key=True)
"""


def test_a_setting_that_nobody_gave(begun, shows):
    """No database has it, so that nothing can be said of the history."""
    needs = 'import configparser\n\n    raise configparser.NoOptionError("saml", "DEFAULT")'
    revision(begun, "cccccccccccc", "bbbbbbbbbbbb", needs)
    for old in ("aaaaaaaaaaaa_email", "bbbbbbbbbbbb_slug"):
        begun.replace(f"migrations/versions/{old}.py", "def upgrade():", "def upgrade():\n    return")
    begun.commit("Needs a setting", "--no-verify")

    result = begun.guard("check")

    assert result.returncode == 2
    shows(result, "step", "a revision needs a setting")
