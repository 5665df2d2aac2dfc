"""No environment, one, several: each is checked and named, and nothing that could not be checked passes."""

import pytest

RICH = "from rich.table import Table\n\ntable = Table(title='Released')\n"
TABLES = "from sqlalchemy import MetaData, Table\n\nuser = Table('user', MetaData())\n"
SQLMODEL = "from sqlmodel import SQLModel\n\n\nclass Base(SQLModel):\n    pass\n\n\nclass Hero(Base, table=True):\n    pass\n"
# id: files beside README.md
NOTHING = {"nothing of ours": {"tool.py": "print('Hello')\n"}, "a table of rich": {"tool.py": RICH}}
SOMETHING = {
    "models": {"models.py": None},
    "tables": {"models.py": TABLES},
    "SQLModel": {"models.py": SQLMODEL},
    "Flask-SQLAlchemy": {"app.py": "class User(db.Model):\n    pass\n"},
    "the settings": {"pyproject.toml": "[tool.migrate-guard]\n"},
}


@pytest.mark.parametrize("name", NOTHING | SOMETHING)
def test_no_environment(project, shows, name):
    checkout = project("no_environment")
    models = (checkout.path / "models.py").read_text()
    checkout.git("rm", "-q", "models.py")
    for file, text in (NOTHING | SOMETHING)[name].items():
        checkout.write(file, models if text is None else text)

    result = checkout.guard("check")

    if name in NOTHING:
        assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)
    else:
        assert (result.stdout, result.returncode) == ("", 2)
        shows(result, "no-environment", f"but {name}")


@pytest.mark.parametrize(
    "rule, found",
    [("migrations/\nalembic.ini\n", "git ignores it"), ("", "never added")],
    ids=["ignored", "untracked"],
)
def test_an_environment_on_disk_only(project, shows, rule, found):
    checkout = project("linear")
    checkout.git("rm", "-q", "-r", "--cached", "migrations", "alembic.ini")
    checkout.write(".gitignore", rule)
    checkout.git("add", ".gitignore")
    checkout.git("commit", "-q", "-m", "Without migrations")

    result = checkout.guard("check", "--staged")

    assert (result.stdout, result.returncode) == ("", 2)
    shows(result, "no-environment", found)


def test_two_environments_are_both_checked_and_named(project, shows, plant):
    checkout = project("two_environments")

    clean = checkout.guard("check")
    plant(checkout, "accounts/models.py")
    drift = checkout.guard("check")

    assert (clean.returncode, drift.returncode) == (0, 1)
    shows(clean, "clean", "two environments")
    shows(drift, "drift", "in one of two environments")


def test_one_that_cannot_be_checked_beats_a_finding_and_hides_none(project, shows, plant):
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    checkout.write("tasks/migrations/env.py", "raise RuntimeError('no settings')\n")

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "drift", "beside an environment that cannot be checked")


@pytest.mark.wide("tasks", "task*")
@pytest.mark.parametrize("pattern", ["tasks/migrations", "tasks", "task*"])
def test_excluding_one(project, shows, pattern):
    checkout = project("two_environments")
    checkout.write("tasks/migrations/env.py", "raise RuntimeError('no settings')\n")
    checkout.write("pyproject.toml", f'[tool.migrate-guard]\nexclude = ["{pattern}"]\n')

    result = checkout.guard("check")

    assert result.returncode == 0
    shows(result, "clean", "one of two is excluded")
