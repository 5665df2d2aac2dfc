"""What real projects were seen to do."""

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


def test_an_ini_that_the_application_fills_in(checkout):
    checkout.write("shop/alembic.ini", "[alembic]\nscript_location = {folder}\n")
    checkout.write("shop/models.py", '__tablename__ = "x"\n')
    checkout.commit()

    result = checkout.guard("check")

    assert (result.returncode, result.stderr) == (
        2,
        "error: shop/alembic.ini names no folder of the working tree that holds an\n"
        "       env.py.\n"
        "caused by: script_location = {folder}\n"
        "hint: Give it a path that can be read as it stands, relative to that file:\n"
        "      %(here)s/migrations.\n",
    )


def test_the_only_environment_has_an_ini_of_another_name(project):
    checkout = project("linear")
    checkout.git("mv", "alembic.ini", "production.ini")

    refused = checkout.guard("check")

    assert (refused.returncode, refused.stderr) == (
        2,
        "error: migrations/env.py belongs to no alembic.ini or pyproject.toml that was\n       found.\n"
        "hint: An alembic.ini with script_location in its section [alembic] makes it an\n      environment.\n",
    )


def test_a_virtual_environment_that_nobody_told_git_to_ignore(project):
    checkout = project("linear")
    checkout.write("env/pyvenv.cfg", "home = /usr/bin\n")
    checkout.write("env/lib/python3/site-packages/web/alembic.ini", "[alembic]\nscript_location = x\n")
    checkout.write("env/lib/python3/site-packages/web/x/env.py", "raise SystemExit\n")

    assert checkout.guard("check").returncode == 0


def test_an_environment_that_compares_nothing(project):
    checkout = project("linear")
    for revision in (checkout.path / "migrations/versions").glob("*.py"):
        revision.unlink()
    env = "migrations/env.py"
    checkout.replace(
        env, "target_metadata = ", "import sqlalchemy\ntarget_metadata = sqlalchemy.MetaData() or "
    )

    result = checkout.guard("check")

    assert result.returncode == 2
    assert result.stdout.startswith(
        "error: migrations/env.py compares no table, but models.py declares models.\n"
        "hint: Import the models in env.py, and give their metadata as target_metadata.\n"
    ), result.stdout


def test_an_environment_that_no_ini_claims_is_not_passed_over(project):
    """Made by ``alembic -c billing.ini``: nothing that is looked at leads to it."""
    checkout = project("linear")
    checkout.write("billing/migrations/env.py", "from alembic import context\n\ncontext.configure()\n")

    refused = checkout.guard("check")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nexclude = ["billing"]\n')

    assert refused.returncode == 2
    assert refused.stdout.startswith(
        "error: billing/migrations/env.py belongs to no alembic.ini or pyproject.toml\n       that was found.\n"
    ), refused.stdout
    assert 'hint: to leave it out: exclude = ["billing/migrations"]' in refused.stdout
    assert checkout.guard("check").returncode == 0
