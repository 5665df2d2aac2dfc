"""What real projects were seen to do."""

import pytest

FACTORY = """\
from flask import Flask


def create_app(config):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = {"default": "sqlite:///x.db"}[config]
    return app
"""
MAPS_ITS_OWN = """\
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)


"""


UNFINISHED = """

class Note(AbstractConcreteBase, Base):
    text = Column(String(20))


class Owner(Base):
    __tablename__ = "owner"
    id = Column(Integer, primary_key=True)
    pets = relationship("Nowhere")
"""
SAYS_WHERE = """\
from pathlib import Path

context.script.version_locations = [str(Path(__file__).parent / "versions" / "sqlite")]
target_metadata ="""
OF_AN_APPLICATION = """\
import anyio
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

import models


def migrate(connection):
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    async with create_async_engine("sqlite+aiosqlite:///app.db").connect() as connection:
        await connection.run_sync(migrate)


anyio.from_thread.run(main)
"""
CONNECTS_ITSELF = """\
def upgrade():
    with op.get_context().autocommit_block():
        engine = op.get_bind().engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CREATE SCHEMA archive")
            connection.exec_driver_sql('CREATE INDEX CONCURRENTLY ix_user_name ON "user" (name)')
        with engine.connect() as connection:
            assert connection.exec_driver_sql('SELECT count(*) FROM "user"').scalar() == 0
"""


def test_a_package_called_app_and_the_module_that_builds_the_application(project):
    checkout = project("flask_app")
    checkout.git("mv", "app.py", "shop.py")
    checkout.write("app/__init__.py", FACTORY)

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


def test_an_application_that_asks_whether_the_flask_command_runs_it(project):
    checkout = project("flask_app")
    text = (checkout.path / "app.py").read_text()
    checkout.write("app.py", 'import os\n\nassert os.environ["FLASK_RUN_FROM_CLI"] == "true"\n' + text)

    assert checkout.guard("check").returncode == 0


def test_gevent_patches_everything(project):
    checkout = project("linear")
    text = (checkout.path / "models.py").read_text()
    checkout.write("models.py", "from gevent import monkey\n\nmonkey.patch_all()\n" + text)

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


def test_a_revision_that_maps_classes_of_its_own(project, plant):
    checkout = project("linear")
    base = next((checkout.path / "migrations/versions").glob("aaaa*.py"))
    checkout.write(str(base.relative_to(checkout.path)), MAPS_ITS_OWN + base.read_text())
    plant(checkout)

    result = checkout.guard("check")

    assert (result.returncode, "models.py:" in result.stdout) == (1, True), result.stdout


def test_an_ini_that_the_application_fills_in(checkout, shows):
    checkout.write("shop/alembic.ini", "[alembic]\nscript_location = {folder}\n")
    checkout.write("shop/models.py", '__tablename__ = "x"\n')
    checkout.commit()

    result = checkout.guard("check")

    assert (result.returncode, result.stdout) == (2, "")
    shows(result, "no-environment", "an ini that the application fills in")


def test_the_only_environment_has_no_ini(project, shows):
    checkout = project("linear")
    checkout.git("mv", "alembic.ini", "production.cfg")

    refused = checkout.guard("check")

    assert (refused.returncode, refused.stdout) == (2, "")
    shows(refused, "no-environment", "no ini")


def test_the_only_environment_is_configured_in_code(project, shows):
    checkout = project("config_in_code")
    (checkout.path / "pyproject.toml").unlink()

    refused = checkout.guard("check")

    assert (refused.returncode, refused.stdout) == (2, "")
    shows(refused, "no-environment", "configured in code")


def test_a_post_write_hook_that_is_not_installed(project, plant, shows):
    checkout = project("linear")
    ini = (checkout.path / "alembic.ini").read_text()
    hooks = "hooks = tidy\ntidy.type = console_scripts\ntidy.entrypoint = tidy\n"
    checkout.write("alembic.ini", f"{ini}\n[post_write_hooks]\n{hooks}")
    plant(checkout)

    result = checkout.guard("fix", "-m", "Add phone")

    assert (result.returncode, result.stdout) == (2, "")
    shows(result, "fix-fails", "a post-write hook is not installed")


def test_a_project_that_is_not_installed_itself(project, shows):
    checkout = project("linear")
    text = (checkout.path / "models.py").read_text()
    checkout.write("models.py", f'from importlib.metadata import version\n\nversion("shop")\n{text}')

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "missing-module", "the project itself is not installed")


def test_a_virtual_environment_that_nobody_told_git_to_ignore(project):
    checkout = project("linear")
    checkout.write("env/pyvenv.cfg", "home = /usr/bin\n")
    checkout.write("env/lib/python3/site-packages/web/alembic.ini", "[alembic]\nscript_location = x\n")
    checkout.write("env/lib/python3/site-packages/web/x/env.py", "raise SystemExit\n")

    assert checkout.guard("check").returncode == 0


BLIND = {
    "no metadata": ("target_metadata = ", "target_metadata = None and "),
    "no table": ("target_metadata = ", "import sqlalchemy\ntarget_metadata = sqlalchemy.MetaData() or "),
    "all left out": (
        "target_metadata=target_metadata",
        "target_metadata=target_metadata, include_object=lambda *of: of[2] != 'table'",
    ),
}


@pytest.mark.wide("no table", "all left out")
@pytest.mark.parametrize(("old", "new"), BLIND.values(), ids=BLIND)
def test_an_environment_that_compares_nothing(project, shows, request, old, new):
    checkout = project("linear")
    text = (checkout.path / "migrations/env.py").read_text()
    assert old in text
    checkout.write("migrations/env.py", text.replace(old, new))
    checkout.commit("Blind")

    result, fixed = checkout.guard("check"), checkout.guard("fix", "-m", "Drop")
    checkout.write("models.py", "")
    checkout.write("migrations/env.py", text.replace(old, new).replace("models.Base.metadata", "None"))
    without = checkout.guard("check")

    assert (result.returncode, fixed.returncode) == (1, 1), result.stdout + fixed.stdout
    assert "error[unimported-models]" in fixed.stdout and "Nothing was written." in fixed.stdout
    if request.node.callspec.id == "no metadata":
        shows(result, "unimported-models", "no metadata")
        assert (without.returncode, "compares no models" in " ".join(without.stdout.split())) == (0, True)
    elif request.node.callspec.id == "no table":
        shows(result, "unimported-models", "no table")
    else:
        shows(result, "unimported-models", "all left out")


def test_an_environment_that_no_ini_claims_is_not_passed_over(project, shows):
    """Made by ``alembic -c billing.ini``: nothing that is looked at leads to it."""
    checkout = project("linear")
    checkout.write("billing/migrations/env.py", "from alembic import context\n\ncontext.configure()\n")

    refused = checkout.guard("check")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nexclude = ["billing"]\n')

    assert refused.returncode == 2
    shows(refused, "no-environment", "one beside another that no ini claims")
    assert checkout.guard("check").returncode == 0


def test_classes_whose_mapping_is_not_finished(project, plant):
    """Nothing of a history depends on it, and to finish it could fail."""
    checkout = project("linear")
    text = (checkout.path / "models.py").read_text()
    imported = "from sqlalchemy.ext.declarative import AbstractConcreteBase\nfrom sqlalchemy.orm import relationship\n"
    checkout.write("models.py", imported + text + UNFINISHED)
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1, result.stdout + result.stderr
    assert "models.py:12: add column user.phone: VARCHAR(20)" in result.stdout
    assert "models.py:28: add table owner: columns id" in result.stdout


@pytest.mark.wide
def test_env_py_says_where_the_revisions_are(project, plant, shows):
    checkout = project("linear")
    versions = checkout.path / "migrations/versions"
    (versions / "sqlite").mkdir()
    for revision in versions.glob("*.py"):
        checkout.git("mv", revision, versions / "sqlite" / revision.name)
    checkout.replace("migrations/env.py", "target_metadata =", SAYS_WHERE)

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert clean.returncode == 0
    shows(clean, "clean", "anywhere", NAME="migrations", REVISIONS="3 revisions", TABLES="2 tables")
    assert "differ in 1 point" in drift.stdout
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert "A  migrations/versions/sqlite/" in checkout.git("status", "--porcelain")
    assert checkout.guard("check").returncode == 0


def test_env_py_hands_its_work_to_the_event_loop_of_an_application(project, foreign, plant):
    checkout = project("linear", foreign("anyio"))
    checkout.write("migrations/env.py", OF_AN_APPLICATION)

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert (drift.returncode, "differ in 1 point" in drift.stdout) == (1, True), drift.stdout


@pytest.mark.parametrize("pool", ["NullPool", "QueuePool"])
@pytest.mark.wide("QueuePool")
def test_a_revision_that_connects_to_its_database_once_more(on, postgresql, pool):
    """What it finds and makes there is judged; also where env.py has used the pool before."""
    checkout = on("linear", "postgresql+psycopg")
    last = "migrations/versions/cccccccccccc_create_post.py"
    text = (checkout.path / last).read_text()
    checkout.write(
        last, text[: text.index("def upgrade")] + "def upgrade():\n    create()\n    connect()\n\n\n"
        + CONNECTS_ITSELF.replace("upgrade", "connect") + text[text.index("def upgrade"):].replace("upgrade", "create")
    )  # fmt: skip
    checkout.replace("migrations/env.py", "pool.NullPool", "pool." + pool)
    used = "    with connectable.connect() as one, connectable.connect() as two:\n        one.commit(), two.commit()\n"
    checkout.replace(
        "migrations/env.py",
        "    with connectable.connect() as connection:",
        used + "    with connectable.connect() as connection:",
    )

    missing = checkout.guard("check")
    checkout.replace("models.py", "String(50), nullable=False", "String(50), nullable=False, index=True")
    clean = checkout.guard("check")

    assert missing.returncode == 1, missing.stdout
    assert "differ in 1 point" in missing.stdout
    assert "drop index ix_user_name of user" in missing.stdout
    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
