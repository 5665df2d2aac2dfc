"""migrate-guard fix --amend: the change goes into the newest revision, while nobody else can have that."""

import pytest

NEWEST = "migrations/versions/cccccccccccc_create_post.py"
PROVED = "Proved: upgraded, compared again, downgraded to the schema before, upgraded again."


def test_the_newest_revision_takes_the_change(project, plant):
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

    assert (result.returncode, result.stdout.splitlines()) == (
        0,
        [
            f"Folded it into {NEWEST} and staged it.",
            "It is cccccccccccc still: a database that is there already must be downgraded first, with the old file:",
            f"  {checkout.variables['MIGRATE_GUARD_PYTHON']}/bin/alembic downgrade bbbbbbbbbbbb",
            f"{PROVED} Review it, then:",
            "  git add models.py",
        ],
    ), result.stderr
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


FURTHER = "hint: Write a revision of its own: migrate-guard fix\n"


def held(branch):
    return (
        f"error: the newest revision cannot be amended: {branch} holds\n"
        f"       {NEWEST}: others may have run it.\n{FURTHER}"
    )


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        pytest.param(branch, held("main"), id="main"),
        pytest.param(remote, held("origin/shared"), id="a remote-tracking branch"),
        pytest.param(named, held("old"), id="the setting"),
        pytest.param(
            nowhere,
            "error: there is no branch other.\n"
            "hint: base in [tool.migrate-guard] names it: mend it, or git fetch.\n",
            id="the setting names nothing",
        ),
    ],
)
def test_refuses(project, plant, situation, said):
    checkout = project("linear")
    situation(checkout)
    plant(checkout)

    result = checkout.guard("fix", "--amend")

    assert (result.returncode, result.stdout, result.stderr) == (2, "", said)
