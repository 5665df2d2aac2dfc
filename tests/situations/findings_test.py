"""One full screen per finding, as its reader sees it."""

import pytest

VERSIONS = "migrations/versions"
A = f"{VERSIONS}/aaaaaaaaaaaa_create_user.py"
B = f"{VERSIONS}/bbbbbbbbbbbb_add_email.py"
C = f"{VERSIONS}/cccccccccccc_create_post.py"


def test_upgrade_fails(project, said):
    result = project("upgrade_raises").guard("check")

    assert result.returncode == 1
    assert (
        said(result)
        == """\
error[upgrade-fails] migrations
  migrations/versions/bbbbbbbbbbbb_add_email.py:13
  revision bbbbbbbbbbbb raises when it is replayed on an empty database.
    sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table:
      users
    [SQL: UPDATE users SET name = lower(name)]
"""
    )


def test_drift_of_many_kinds(project, said):
    checkout = project("linear")
    checkout.write(
        "models.py",
        """\
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()

tags = Table(
    "tag",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("word", String(30), index=True),
)


class User(Base):
    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("email", name="uq_user_email"),)
    id = Column(Integer, primary_key=True)
    name = Column(Text)
    email = Column(String(120), nullable=False)
    login = Column("log_in", String(10), server_default="x", nullable=False)
    boss_id = Column(ForeignKey("user.id"))
""",
    )

    result = checkout.guard("check")

    assert result.returncode == 1
    assert (
        said(result)
        == """\
error[drift] migrations
  models and history differ in 10 points.
    models.py:6: add table tag: columns id, word
        the models have it, the history does not
    models.py:6: add index ix_tag_word of tag: on word
        the models have it, the history does not
    drop table post
        the history has it, the models do not
    models.py:20: add column user.log_in: VARCHAR(10) NOT NULL with a server
      default
        the models have it, the history does not
    models.py:21: add column user.boss_id: INTEGER
        the models have it, the history does not
    models.py:18: alter column user.name
        the models say TEXT, the history says VARCHAR(50)
    models.py:18: alter column user.name
        the models say nullable, the history says NOT NULL
    models.py:19: alter column user.email
        the models say NOT NULL, the history says nullable
    models.py:14: add unique constraint uq_user_email of user: on email
        the models have it, the history does not
    models.py:14: add foreign key constraint of user: on boss_id
        the models have it, the history does not
    fix will ask whether post was renamed to tag, and 1 more.

Write the missing revision, then review it:
  migrate-guard fix -m "create_tag_and_add_ix_tag_word_and_more"

migrations: 3 revisions of the working tree replayed on SQLite, 2 tables of the models compared: they differ (VERSIONS).
"""
    )


HEADS = """\
error[multiple-heads] migrations
  the history has 2 heads, but may have only 1.
    bbbbbbbbbbbb  migrations/versions/bbbbbbbbbbbb_add_email.py:6
    cccccccccccc  migrations/versions/cccccccccccc_create_post.py:6

To mend it:
  alembic merge -m "merge heads" heads

"""
LABELS = """\
error[multiple-heads] migrations
  1 of 2 heads is not allowed.
    bbbbbbbbbbbb  migrations/versions/bbbbbbbbbbbb_add_email.py:6 (not allowed)
    cccccccccccc  migrations/versions/cccccccccccc_create_post.py:6 (allowed:
      posts)
    heads in [tool.migrate-guard] allows: posts
    To join only some of the heads, merge their ids instead of heads.

To mend it:
  alembic merge -m "merge heads" heads

"""
CHECKED = """\
migrations: 3 revisions of the working tree replayed on SQLite, 2 tables of the models compared: they agree (VERSIONS).
"""
LISTED = "note: migrations: 3 revisions, heads: bbbbbbbbbbbb, cccccccccccc\n"


@pytest.mark.parametrize(
    "setting, screen",
    [
        pytest.param("", HEADS, id="one is allowed"),
        pytest.param("heads = 2", "", id="by count"),
        pytest.param("heads = 3", "", id="more than there are"),
        pytest.param('heads = ["posts"]', LABELS, id="one of two by label"),
        pytest.param('heads = ["posts", "bbbbbbbbbbbb"]', "", id="by label and id"),
    ],
)
def test_multiple_heads(project, said, setting, screen):
    checkout = project("two_heads")
    checkout.write("pyproject.toml", f"[tool.migrate-guard]\n{setting}\n")

    check, heads = checkout.guard("check"), checkout.guard("heads")

    code = 1 if screen else 0
    assert (said(check), check.returncode) == (screen + CHECKED, code)
    assert (said(heads), heads.returncode) == (screen + LISTED, code)


def test_several_heads_and_drift(project, plant):
    """The history is replayed to all of them."""
    checkout = project("two_heads")
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "error[multiple-heads] migrations" in result.stdout
    assert "add column user.phone" in result.stdout
    assert "differ in 1 point" in result.stdout


def test_missing_down_revision(project, said):
    checkout = project("linear")
    checkout.git("rm", "-q", B)

    check, heads = checkout.guard("check", "--staged"), checkout.guard("heads", "--staged")

    screen = """\
error[missing-down-revision] migrations
  no revision file has the id bbbbbbbbbbbb, the down_revision of cccccccccccc.
    cccccccccccc  migrations/versions/cccccccccccc_create_post.py:6
    Restore its file, or let down_revision name a revision that exists.
"""
    assert (said(check), check.returncode) == (screen, 1)
    assert (said(heads), heads.returncode) == (
        f"{screen}\nnote: migrations: 2 revisions, heads: aaaaaaaaaaaa, cccccccccccc\n",
        1,
    )


def test_a_missing_revision_that_is_on_disk(project, said):
    checkout = project("linear")
    checkout.git("rm", "-q", "--cached", B)

    result = checkout.guard("check", "--staged")

    assert result.returncode == 1
    assert (
        said(result)
        == """\
error[missing-down-revision] migrations
  no revision file has the id bbbbbbbbbbbb, the down_revision of cccccccccccc.
    cccccccccccc  migrations/versions/cccccccccccc_create_post.py:6
    bbbbbbbbbbbb  migrations/versions/bbbbbbbbbbbb_add_email.py (on disk only)

error[unstaged-revision] migrations
  migrations/versions/bbbbbbbbbbbb_add_email.py
  revision bbbbbbbbbbbb is on disk but was never added to git.

To mend it:
  git add migrations/versions/bbbbbbbbbbbb_add_email.py
"""
    )


def test_duplicate_revision(project, said):
    checkout = project("linear")
    checkout.write(f"{VERSIONS}/bbbbbbbbbbbb_copy.py", (checkout.path / B).read_text())
    checkout.git("add", "-A")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 1
    assert (
        said(result)
        == """\
error[duplicate-revision] migrations
  2 revision files have the same id, bbbbbbbbbbbb.
    bbbbbbbbbbbb  migrations/versions/bbbbbbbbbbbb_add_email.py:6
    bbbbbbbbbbbb  migrations/versions/bbbbbbbbbbbb_copy.py:6
    Keep one; remove the others or give each an id of its own.
"""
    )


def test_circular_history(project, said):
    checkout = project("linear")
    checkout.replace(A, "down_revision = None", 'down_revision = "cccccccccccc"')
    checkout.git("add", "-A")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 1
    assert (
        said(result)
        == """\
error[circular-history] migrations
  the history is circular: none of 3 revisions can come first.
    aaaaaaaaaaaa  migrations/versions/aaaaaaaaaaaa_create_user.py:6 needs
      cccccccccccc
    cccccccccccc  migrations/versions/cccccccccccc_create_post.py:6 needs
      bbbbbbbbbbbb
    bbbbbbbbbbbb  migrations/versions/bbbbbbbbbbbb_add_email.py:6 needs
      aaaaaaaaaaaa
    Change down_revision or depends_on in the one that should come first.
"""
    )


UNSTAGED = """\
error[drift] migrations
  models and history differ in 1 point.
    models.py:14: add table post: columns id, title, author_id
        the models have it, the history does not

error[unstaged-revision] migrations
  migrations/versions/cccccccccccc_create_post.py
  revision cccccccccccc is on disk but {what}

To mend it:
  git add {force}migrations/versions/cccccccccccc_create_post.py

migrations: 2 revisions of the index replayed on SQLite, 2 tables of the models compared: they differ (VERSIONS).
"""


@pytest.mark.parametrize(
    "ignored, what, force",
    [
        pytest.param(False, "was never added to git.", "", id="untracked"),
        pytest.param(True, "git ignores it.", "-f ", id="ignored"),
    ],
)
def test_unstaged_revision(project, said, ignored, what, force):
    checkout = project("linear")
    models, revision = (checkout.path / "models.py").read_text(), (checkout.path / C).read_text()
    checkout.git("rm", "-q", C)
    checkout.write("models.py", models[: models.index("\n\nclass Post")])
    checkout.write(".gitignore", "cccccccccccc*\n" if ignored else "")
    checkout.commit("Without posts")
    checkout.write("models.py", models)
    checkout.write(C, revision)
    checkout.git("add", "models.py")

    staged = checkout.guard("check", "--staged")
    by_hand = checkout.guard("check")

    assert (said(staged), staged.returncode) == (UNSTAGED.format(what=what, force=force), 1)
    assert by_hand.returncode == 0
    assert said(by_hand).startswith("note[unstaged-revision] migrations\n")


@pytest.mark.parametrize("ref, code", [("HEAD", 1), ("HEAD~1", 0), ("main", 1), ("begin", 0), ("nowhere", 2)])
def test_a_ref(project, plant, ref, code):
    checkout = project("linear")
    checkout.git("tag", "begin")
    plant(checkout)
    checkout.commit("Phone")
    checkout.git("checkout", "-q", "begin", "--", ".")

    result = checkout.guard("check", "--ref", ref)

    assert result.returncode == code
    if code < 2:
        assert f"3 revisions of {ref} replayed" in result.stdout
    else:
        assert result.stderr.startswith("error: nowhere is not a commit of this repository.\n")
