"""env.py as the templates of Alembic and Flask-Migrate make it, on servers."""

import shutil

import pytest

ADDRESS = "{}://u:secret@db.example.org:1/{}"


def generated(checkout, environment, template):
    """Take the env.py of ``template``, with the one edit that it asks for."""
    (packages,) = environment.glob("lib/python*/site-packages")
    shutil.copy(packages / "alembic/templates" / template / "env.py", checkout.path / "migrations/env.py")
    checkout.replace(
        "migrations/env.py",
        "target_metadata = None",
        "import models\n\ntarget_metadata = models.Base.metadata",
    )


@pytest.mark.parametrize(
    ("template", "dialect"),
    [
        ("generic", "mysql+pymysql"),
        ("async", "postgresql+asyncpg"),
        ("pyproject", "postgresql+psycopg"),
        ("pyproject_async", "mysql+asyncmy"),
    ],
)
@pytest.mark.wide("generic-mysql+pymysql", "pyproject-postgresql+psycopg")
def test_of_alembic(on, driver_environment, postgresql, mariadb, one_difference, template, dialect):
    checkout = on("async_env", dialect)
    generated(checkout, driver_environment, template)
    if "pyproject" in template:
        checkout.replace("alembic.ini", "script_location = %(here)s/migrations\nprepend_sys_path = .\n", "")
        lines = ["[tool.alembic]", 'script_location = "%(here)s/migrations"', 'prepend_sys_path = ["."]']
        checkout.write("pyproject.toml", "\n".join(lines) + "\n")
    server = postgresql if "postgresql" in dialect else mariadb

    one_difference(checkout, f" {server.version} ")


@pytest.mark.parametrize("dialect", ["postgresql+psycopg2", "mariadb+pymysql"])
@pytest.mark.wide("postgresql+psycopg2")
def test_flask(project, driver_environment, postgresql, mariadb, one_difference, dialect):
    checkout = project("flask_app", driver_environment)
    checkout.replace("app.py", "sqlite:///blog.db", ADDRESS.format(dialect, "blog"))
    server = postgresql if "postgresql" in dialect else mariadb

    one_difference(checkout, f" {server.version} ", "app.py")


@pytest.mark.wide
def test_flask_multidb(project, driver_environment, postgresql, mariadb, one_difference):
    checkout = project("flask_multidb", driver_environment)
    checkout.replace("app.py", "sqlite:///blog.db", ADDRESS.format("postgresql+psycopg", "blog"))
    checkout.replace("app.py", "sqlite:///audit.db", ADDRESS.format("mysql+pymysql", "audit"))

    one_difference(checkout, f"PostgreSQL {postgresql.version} of this machine, MariaDB", "app.py")
    checkout.replace("app.py", 'audit"\n', 'audit"\n    seen = db.Column(db.Boolean)\n')
    drift = " ".join(checkout.guard("check").stdout.split())
    assert "add column event.seen (database audit): BOOL " in drift


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///blog.db", ADDRESS.format("postgresql+asyncpg", "blog")])
def test_aioflask(project, driver_environment, postgresql, one_difference, url):
    """Its env.py alone: the package aioflask cannot be imported beside Flask 2.2 or newer."""
    checkout = project("aioflask", driver_environment)
    checkout.replace("app.py", "sqlite+aiosqlite:///blog.db", url)

    one_difference(checkout, "PostgreSQL" if "postgresql" in url else "SQLite")
