"""One full screen per finding, as its reader sees it."""

import pytest

VERSIONS = "migrations/versions"
A = f"{VERSIONS}/aaaaaaaaaaaa_create_user.py"
B = f"{VERSIONS}/bbbbbbbbbbbb_add_email.py"
C = f"{VERSIONS}/cccccccccccc_create_post.py"


def test_upgrade_fails(project, shows):
    result = project("upgrade_raises").guard("check")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "a table that no revision makes")


def test_drift_of_many_kinds(project, shows):
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
    shows(result, "drift", "of many kinds")


@pytest.mark.parametrize(
    "setting, found",
    [
        pytest.param("", "one is allowed", id="one is allowed"),
        pytest.param("heads = 2", "", id="by count"),
        pytest.param("heads = 3", "", id="more than there are"),
        pytest.param('heads = ["posts"]', "one of two by label", id="one of two by label"),
        pytest.param('heads = ["posts", "bbbbbbbbbbbb"]', "", id="by label and id"),
    ],
)
@pytest.mark.wide("by count", "one of two by label", "more than there are")
def test_multiple_heads(project, shows, setting, found):
    checkout = project("two_heads")
    checkout.write("pyproject.toml", f"[tool.migrate-guard]\n{setting}\n")

    check, heads = checkout.guard("check"), checkout.guard("heads")

    assert (check.returncode, heads.returncode) == ((1, 1) if found else (0, 0))
    if found:
        shows(check, "multiple-heads", f"{found}, check")
        shows(heads, "multiple-heads", f"{found}, heads")
    else:
        shows(check, "clean", "several heads are allowed")
        shows(heads, "heads", "several are allowed")


def test_several_heads_and_drift(project, plant):
    """The history is replayed to all of them."""
    checkout = project("two_heads")
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "error[multiple-heads] migrations" in result.stdout
    assert "add column user.phone" in result.stdout
    assert "differ in 1 point" in result.stdout


def test_missing_down_revision(project, shows):
    checkout = project("linear")
    checkout.git("rm", "-q", B)

    check, heads = checkout.guard("check", "--staged"), checkout.guard("heads", "--staged")

    assert (check.returncode, heads.returncode) == (1, 1)
    shows(check, "missing-down-revision", "its file is gone, check")
    shows(heads, "missing-down-revision", "its file is gone, heads")


def test_a_missing_revision_that_is_on_disk(project, shows):
    checkout = project("linear")
    checkout.git("rm", "-q", "--cached", B)

    result = checkout.guard("check", "--staged")

    assert result.returncode == 1
    shows(result, "missing-down-revision", "its file is on disk only")


def test_duplicate_revision(project, shows):
    checkout = project("linear")
    checkout.write(f"{VERSIONS}/bbbbbbbbbbbb_copy.py", (checkout.path / B).read_text())
    checkout.git("add", "-A")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 1
    shows(result, "duplicate-revision", "a copied file")


def test_circular_history(project, shows):
    checkout = project("linear")
    checkout.replace(A, "down_revision = None", 'down_revision = "cccccccccccc"')
    checkout.git("add", "-A")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 1
    shows(result, "circular-history", "of three")


@pytest.mark.wide("ignored")
@pytest.mark.parametrize("ignored", [False, True], ids=["untracked", "ignored"])
def test_unstaged_revision(project, shows, ignored):
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

    assert (staged.returncode, by_hand.returncode) == (1, 0)
    shows(staged, "unstaged-revision", "git ignores it" if ignored else "never added")
    shows(by_hand, "unstaged-revision", "git ignores it, by hand" if ignored else "never added, by hand")


@pytest.mark.parametrize("ref, code", [("HEAD", 1), ("HEAD~1", 0), ("main", 1), ("begin", 0), ("nowhere", 2)])
@pytest.mark.wide("HEAD~1-0", "begin-0", "main-1")
def test_a_ref(project, plant, shows, ref, code):
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
        assert result.stdout == ""
        shows(result, "source", "--ref what is not there")
