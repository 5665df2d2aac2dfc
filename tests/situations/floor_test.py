"""The oldest that is supported: Python 3.8, Alembic 1.8, SQLAlchemy 1.4."""

import pytest

PROJECTS = {"linear": "models.py", "flask_app": "app.py"}


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.wide("flask_app")
def test_clean_drift_and_fix(project, floor_environment, plant, name):
    checkout = project(name, floor_environment)

    clean = checkout.guard("check")
    plant(checkout, PROJECTS[name])
    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Add phone")
    after = checkout.guard("check")

    assert [clean.returncode, drift.returncode, fixed.returncode, after.returncode] == [0, 1, 0, 0], (
        clean.stdout + drift.stdout + fixed.stdout + fixed.stderr
    )
    assert "SQLAlchemy 1.4.54, Alembic 1.8.1)" in clean.stdout.replace("\n  ", " ")
    assert f"{PROJECTS[name]}:" in drift.stdout
    assert "add column user.phone: VARCHAR(20)\n" in drift.stdout


def test_fix_writes_what_autogenerate_does_not_see(project, floor_environment):
    checkout = project("linear", floor_environment)
    checkout.replace("models.py", "import Column", "import CheckConstraint, Column")
    check = '    __table_args__ = (CheckConstraint("id > 0", name="positive"),)\n'
    checkout.replace("models.py", '__tablename__ = "user"\n', f'__tablename__ = "user"\n{check}')

    fixed = checkout.guard("fix", "-m", "Check")

    assert (fixed.returncode, "Tested " in fixed.stdout) == (0, True), fixed.stdout + fixed.stderr


@pytest.mark.parametrize(
    "name", ["create_all_at_import", "revision_imports_project", "rewriter_drops_operations"]
)
@pytest.mark.wide("revision_imports_project", "create_all_at_import")
def test_the_rest(project, floor_environment, plant, name):
    checkout = project(name, floor_environment)

    assert checkout.guard("check").returncode == 0
    plant(checkout)
    assert checkout.guard("check").returncode == 1


@pytest.fixture(scope="session")
def too_old(foreign):
    """An environment with an Alembic older than any that is supported."""
    return foreign("too old")


def test_older_than_supported(project, too_old, shows):
    result = project("linear", too_old).guard("check")

    assert result.returncode == 2
    shows(result, "interpreter", "Alembic is too old")


def test_history_that_is_built_from_the_models(project, floor_environment):
    result = project("baseline_create_all", floor_environment).guard("check")

    assert (result.returncode, "    It builds: post, user\n" in result.stdout) == (1, True), result.stdout


def test_a_module_that_nothing_imports(project, floor_environment):
    checkout = project("unimported_models", floor_environment)
    checkout.replace("pyproject.toml", "shop/plugins", "elsewhere")

    result = checkout.guard("check")

    assert (result.returncode, "    It declares the table points.\n" in result.stdout) == (1, True), (
        result.stdout
    )
