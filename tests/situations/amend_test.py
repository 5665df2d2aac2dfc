"""migrate-guard fix --amend: the change goes into the newest revision, while nobody else can have that."""

import pytest

NEWEST = "migrations/versions/cccccccccccc_create_post.py"


def test_the_newest_revision_takes_the_change(project, plant, shows):
    checkout = project("linear")
    checkout.git("rm", "-q", "--cached", NEWEST)
    checkout.git("commit", "-q", "-m", "Not yet")
    checkout.git("checkout", "-q", "-b", "topic")
    text = (checkout.path / NEWEST).read_text()
    by_hand = text.replace("def upgrade():\n", "def upgrade():\n    op.execute(\"SELECT 'by hand'\")\n")
    checkout.write(NEWEST, by_hand)
    checkout.commit("Create post")
    plant(checkout)

    result = checkout.guard("fix", "--amend")

    assert result.returncode == 0, result.stdout + result.stderr
    shows(result, "fix", "--amend")
    assert checkout.git("status", "--porcelain") == f"M  {NEWEST}\n M models.py\n"
    added = [
        line for line in checkout.git("diff", "--cached", "-U0").splitlines() if line.startswith(("+", "-"))
    ]
    assert added[2:] == [
        "+    op.add_column('user', sa.Column('phone', sa.String(length=20), nullable=True))",
        "+    op.drop_column('user', 'phone')",
    ]
    assert checkout.guard("check").returncode == 0


def branch(checkout):
    checkout.git("checkout", "-q", "-b", "topic")


def remote(checkout):
    branch(checkout)
    checkout.git("branch", "-m", "main", "old")
    checkout.git("update-ref", "refs/remotes/origin/shared", "HEAD")


def named(checkout):
    remote(checkout)
    checkout.git("update-ref", "-d", "refs/remotes/origin/shared")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nbase = "old"\n')


def nowhere(checkout):
    named(checkout)
    checkout.replace("pyproject.toml", "old", "other")


@pytest.mark.parametrize(
    ("situation", "why"),
    [
        pytest.param(branch, "main has it", id="main"),
        pytest.param(remote, "origin/shared has it", id="a remote-tracking branch"),
        pytest.param(named, "old has it", id="the setting"),
        pytest.param(nowhere, "base names nothing", id="the setting names nothing"),
    ],
)
def test_refuses(project, plant, shows, situation, why):
    checkout = project("linear")
    situation(checkout)
    plant(checkout)

    result = checkout.guard("fix", "--amend")

    assert (result.returncode, result.stdout) == (2, "")
    shows(result, "fix-fails", f"--amend, {why}")
