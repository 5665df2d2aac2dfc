"""Each project: clean as it is, and found out when a model gains a column that no revision adds."""

import re

import pytest

# project: script directory, revisions, tables, the planted column's line
PROJECTS = {
    "linear": ("migrations", "3 revisions", "2 tables", "models.py:10"),
    "flask_app": ("migrations", "3 revisions", "2 tables", "app.py:13"),
    "flask_factory": ("migrations", "1 revision", "1 table", "blog/models.py:6"),
    "factory_creates_tables": ("migrations", "1 revision", "1 table", "blog/models.py:6"),
    "create_all_at_import": ("migrations", "1 revision", "1 table", "models.py:10"),
    "pyproject_config": ("migrations", "1 revision", "1 table", "models.py:10"),
    "env_py_prints": ("migrations", "1 revision", "1 table", "models.py:10"),
    "env_py_swallows_errors": ("migrations", "1 revision", "1 table", "models.py:10"),
    "env_py_creates_schema_first": ("migrations", "2 revisions", "2 tables", "models.py:10"),
    "folder_called_alembic": ("alembic", "1 revision", "1 table", "models.py:10"),
    "revision_imports_project": ("migrations", "3 revisions", "2 tables", "models.py:10"),
    "rewriter_drops_operations": ("migrations", "1 revision", "2 tables", "models.py:10"),
    "own_templates": ("migrations", "1 revision", "1 table", "models.py:10"),
    "async_env": ("migrations", "1 revision", "1 table", "models.py:10"),
    "multidb": ("migrations", "1 revision", "2 tables", "models.py:11"),
    "flask_multidb": ("migrations", "1 revision", "2 tables", "app.py:14"),
}
LEFT_OUT = {"rewriter_drops_operations"}
COLUMNS = {"multidb": "user.phone (database users)"}


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.wide(
    "flask_app",
    "factory_creates_tables",
    "create_all_at_import",
    "env_py_prints",
    "env_py_swallows_errors",
    "folder_called_alembic",
    "rewriter_drops_operations",
    "async_env",
    "multidb",
    "flask_factory",
    "own_templates",
    "pyproject_config",
    "env_py_creates_schema_first",
    "revision_imports_project",
)
def test_clean_as_it_is_and_drift_with_a_column_more(project, shows, plant, name):
    checkout = project(name)
    directory, revisions, tables, place = PROJECTS[name]
    clean = checkout.guard("check")
    plant(checkout, place.split(":")[0])
    drift = checkout.guard("check")

    words = {"NAME": directory, "REVISIONS": revisions, "TABLES": tables}
    where = {"PLACE": place, "COLUMN": COLUMNS.get(name, "user.phone")}
    assert (clean.returncode, drift.returncode) == (0, 1)
    shows(clean, "clean", "env.py leaves something out" if name in LEFT_OUT else "anywhere", **words)
    shows(drift, "drift", "env.py leaves something out" if name in LEFT_OUT else "anywhere", **words, **where)
    assert checkout.git("status", "--porcelain", "--ignored") == f" M {place.split(':')[0]}\n"


def test_a_folder_called_alembic_that_is_a_package(project, shows):
    checkout = project("folder_called_alembic")
    for folder in ("alembic", "alembic/versions"):
        checkout.write(f"{folder}/__init__.py", "")

    result = checkout.guard("check")

    shows(result, "clean", "anywhere", NAME="alembic", REVISIONS="1 revision", TABLES="1 table")


ROOT_NAMES = ("alembic", "sqlalchemy", "git", "gitdb", "greenlet", "tomllib", "packaging", "json", "typing")


def test_a_module_of_such_a_name_at_the_root_hides_nothing(project, shows, plant):
    """Neither of the project's own interpreter nor of ours, which `python -m` runs in this folder."""
    checkout = project("linear")
    checkout.write("migrations/__init__.py", "")
    for name in ROOT_NAMES:
        checkout.write(f"{name}/__init__.py", f"raise SystemExit({name!r})\n")

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    shows(clean, "clean", "anywhere", NAME="migrations", REVISIONS="3 revisions", TABLES="2 tables")
    assert drift.returncode == 1
    assert "add column user.phone" in drift.stdout


def test_the_verdict_names_the_versions_of_the_projects_interpreter(project, environment):
    checkout = project("linear")
    versions = "import sys, sqlalchemy, alembic; print(*sys.version_info[:3], sep='.'); "
    versions += "print(sqlalchemy.__version__); print(alembic.__version__)"
    python, sqlalchemy, alembic = checkout.run(environment / "bin" / "python", "-c", versions).stdout.split()

    screen = checkout.guard("check").stdout

    expected = f"(Python {python}, SQLAlchemy {sqlalchemy}, Alembic {alembic})."
    assert expected in re.sub(r"\n +", " ", screen)
    assert max(map(len, screen.splitlines())) <= 80


def test_a_hook_that_finds_nothing_prints_nothing(project):
    checkout = project("linear")
    checkout.write("models.py", (checkout.path / "models.py").read_text() + "\n# A comment.\n")
    checkout.git("add", "models.py")

    result = checkout.guard("check", "--staged", env={"PRE_COMMIT": "1"})

    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)


def test_an_ignored_module_is_shown_and_named_when_it_is_missing(project, shows):
    checkout = project("ignored_generated_module")

    missing = checkout.guard("check")
    checkout.write("settings_generated.py", "NAME_LENGTH = 50\n")
    present = checkout.guard("check")

    assert missing.returncode == 2
    shows(missing, "missing-module", "the project's own")
    shows(present, "clean", "anywhere", NAME="migrations", REVISIONS="1 revision", TABLES="1 table")


@pytest.mark.parametrize(
    "staged, status",
    [
        pytest.param(False, "untracked", id="a file that was never added"),
        pytest.param(True, "staged", id="the same, added"),
    ],
)
def test_an_untracked_module_does_not_count_in_a_commit(project, staged, status, shows):
    checkout = project("linear")
    checkout.write("kinds.py", "LENGTH = 120\n")
    checkout.replace("models.py", "from sqlalchemy.orm", "from kinds import LENGTH\nfrom sqlalchemy.orm")
    checkout.git("add", "." if staged else "models.py")

    result = checkout.guard("check", "--staged")

    assert result.returncode == (0 if staged else 2)
    if not staged:
        shows(result, "missing-module", "never added to git")


def test_a_dependency_that_the_commit_itself_adds(project, shows):
    checkout = project("linear")
    checkout.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\ndependencies = [\n]\n')
    checkout.commit("Package")
    checkout.replace("pyproject.toml", "[\n]", '[\n  "sqlalchemy-json>=0.7",\n]')
    checkout.replace("models.py", "from sqlalchemy.orm", "import sqlalchemy_json\nfrom sqlalchemy.orm")
    checkout.git("add", "-A")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 2
    shows(result, "missing-module", "a dependency that the commit itself adds")
