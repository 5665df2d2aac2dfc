"""No environment, one, several: each is checked and named, and nothing that could not be checked passes."""

import pytest

RICH = "from rich.table import Table\n\ntable = Table(title='Released')\n"
TABLES = "from sqlalchemy import MetaData, Table\n\nuser = Table('user', MetaData())\n"
SQLMODEL = "from sqlmodel import SQLModel\n\n\nclass Base(SQLModel):\n    pass\n\n\nclass Hero(Base, table=True):\n    pass\n"
START = """\
hint: Start with 'flask db init' (Flask-Migrate) or 'alembic init migrations',
      and git add what it makes. A repository that needs none: remove the hook.
"""


def _declares(path):
    return (
        f"error: {path} declares models, but the working tree holds no Alembic\n       environment.\n{START}"
    )


# id: (files beside README.md, the screen)
NONE = {
    "nothing of ours": ({"tool.py": "print('Hello')\n"}, ""),
    "a table of rich": ({"tool.py": RICH}, ""),
    "models": ({"models.py": None}, _declares("models.py")),
    "tables": ({"models.py": TABLES}, _declares("models.py")),
    "SQLModel": ({"models.py": SQLMODEL}, _declares("models.py")),
    "Flask-SQLAlchemy": ({"app.py": "class User(db.Model):\n    pass\n"}, _declares("app.py")),
    "the settings": (
        {"pyproject.toml": "[tool.migrate-guard]\n"},
        f"error: pyproject.toml has [tool.migrate-guard], but the working tree holds no\n"
        f"       Alembic environment.\n{START}",
    ),
}


@pytest.mark.parametrize("files, screen", NONE.values(), ids=NONE)
def test_no_environment(project, files, screen):
    checkout = project("no_environment")
    models = (checkout.path / "models.py").read_text()
    checkout.git("rm", "-q", "models.py")
    for name, text in files.items():
        checkout.write(name, models if text is None else text)

    result = checkout.guard("check")

    assert (result.stdout, result.stderr, result.returncode) == ("", screen, 2 if screen else 0)


@pytest.mark.parametrize(
    "rule, screen",
    [
        pytest.param(
            "migrations/\nalembic.ini\n",
            """\
error: git ignores the Alembic environment migrations, so its revisions are in
       no commit.
caused by: .gitignore:1:migrations/
hint: Take that rule away and git add migrations.
""",
            id="ignored",
        ),
        pytest.param(
            "",
            """\
error: the Alembic environment migrations was never added to git.
hint: git add migrations
""",
            id="untracked",
        ),
    ],
)
def test_an_environment_on_disk_only(project, rule, screen):
    checkout = project("linear")
    checkout.git("rm", "-q", "-r", "--cached", "migrations", "alembic.ini")
    checkout.write(".gitignore", rule)
    checkout.git("add", ".gitignore")
    checkout.git("commit", "-q", "-m", "Without migrations")

    result = checkout.guard("check", "--staged")

    assert (result.stdout, result.stderr, result.returncode) == ("", screen, 2)


DRIFT = """\
error[drift] accounts/migrations
  models and history differ in 1 point.
    accounts/models.py:10: add column user.phone: VARCHAR(20)
        the models have it, the history does not

"""
FAILED = """\
error: running tasks/migrations/env.py failed.
caused by: RuntimeError: no settings
           tasks/migrations/env.py:1 in <module>
               raise RuntimeError('no settings')
hint: to leave it out: exclude = ["tasks/migrations"] in [tool.migrate-guard]

"""
COMMAND = """\
Write the missing revision, then review it:
  migrate-guard fix -m "add_user_phone"

"""
VERDICT = (
    "{}/migrations: 1 revision of the working tree replayed on SQLite, "
    "1 table of the models compared: they {} (VERSIONS)."
)
ACCOUNTS, TASKS = VERDICT.format("accounts", "{}"), VERDICT.format("tasks", "{}")


def test_two_environments_are_both_checked_and_named(project, said, plant):
    checkout = project("two_environments")

    clean = checkout.guard("check")
    plant(checkout, "accounts/models.py")
    drift = checkout.guard("check")

    assert (said(clean), clean.returncode) == (f"{ACCOUNTS.format('agree')}\n{TASKS.format('agree')}\n", 0)
    verdicts = f"{ACCOUNTS.format('differ')}\n{TASKS.format('agree')}\n"
    assert (said(drift), drift.returncode) == (DRIFT + COMMAND + verdicts, 1)


def test_one_that_cannot_be_checked_beats_a_finding_and_hides_none(project, said, plant):
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    checkout.write("tasks/migrations/env.py", "raise RuntimeError('no settings')\n")

    result = checkout.guard("check")

    assert (said(result), result.returncode) == (
        DRIFT + FAILED + COMMAND + ACCOUNTS.format("differ") + "\n",
        2,
    )


@pytest.mark.parametrize("pattern", ["tasks/migrations", "tasks", "task*"])
def test_excluding_one(project, said, pattern):
    checkout = project("two_environments")
    checkout.write("tasks/migrations/env.py", "raise RuntimeError('no settings')\n")
    checkout.write("pyproject.toml", f'[tool.migrate-guard]\nexclude = ["{pattern}"]\n')

    result = checkout.guard("check")

    assert (said(result), result.returncode) == (ACCOUNTS.format("agree") + "\n", 0)
