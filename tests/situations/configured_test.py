"""Environments that are more than an alembic.ini: sections, templates, -x, configurations made in code, variables."""

import pytest

COLUMN = "    phone = Column(String(20))\n"


def plant_in(checkout, file):
    checkout.replace(file, "primary_key=True)\n", f"primary_key=True)\n{COLUMN}")


# project: the file with the model, and its environment's name
PROJECTS = {
    "config_in_code": ("shop/models.py", "shop"),
    "filled_in_by_application": ("hub/models.py", "hub/alembic"),
    "asks_for_x": ("models.py", "main"),
}


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.wide("filled_in_by_application", "config_in_code")
def test_clean_then_drift_then_fixed(project, shows, name):
    checkout = project(name)
    file, environment = PROJECTS[name]

    clean = checkout.guard("check")
    plant_in(checkout, file)
    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert clean.returncode == 0
    shows(clean, "clean", "anywhere", NAME=environment, REVISIONS="1 revision", TABLES="1 table")
    assert drift.returncode == 1
    assert f"error[drift] {environment}\n" in drift.stdout
    assert "add column user.phone: VARCHAR(20)" in drift.stdout
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert checkout.guard("check", "--staged").returncode == 1
    checkout.git("add", "-A")
    assert checkout.guard("check", "--staged").returncode == 0


def test_named_sections(project, shows):
    checkout = project("named_sections")

    clean = checkout.guard("check")
    plant_in(checkout, "reports.py")
    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert clean.returncode == 0
    shows(clean, "clean", "named sections")
    assert drift.returncode == 1
    shows(drift, "drift", "in one of two sections")
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert checkout.git("status", "--porcelain", "migrations").startswith("A  migrations/reports/")


def test_a_section_that_is_left_out(project, shows):
    checkout = project("named_sections")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nexclude = ["migrations:accounts"]\n')

    clean = checkout.guard("check")

    shows(clean, "clean", "anywhere", NAME="migrations:reports", REVISIONS="1 revision", TABLES="1 table")


def test_heads_of_a_section(project, shows):
    checkout = project("named_sections")
    second = (checkout.path / "migrations/reports/bbbbbbbbbbbb_create_report.py").read_text()
    checkout.write("migrations/reports/cccccccccccc_other.py", second.replace("bbbbbbbbbbbb", "cccccccccccc"))

    result = checkout.guard("heads")

    assert result.returncode == 1
    shows(result, "multiple-heads", "of a section")


@pytest.mark.wide
def test_revisions_per_dialect(project, driver_environment, postgresql):
    """The same ids in two folders are no duplicates: code says which of them are one history."""
    checkout = project("revisions_per_dialect", driver_environment)

    clean = checkout.guard("check")
    plant_in(checkout, "shop/models.py")
    drift = checkout.guard("check")

    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "on PostgreSQL: 1 revision of the working tree replayed on PostgreSQL" in clean.stdout
    assert "on SQLite: 1 revision of the working tree replayed on SQLite" in clean.stdout
    assert drift.returncode == 1
    assert drift.stdout.count("add column user.phone") == 2


# how the function of ``config`` has env.py run
RUNS = {
    "in a thread": """\
import threading

def guard(run):
    failures = []
    def work():
        try:
            run(config())
        except BaseException as error:
            failures.append(error)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
""",
    "under an event loop": """\
import asyncio

async def guard(run):
    await asyncio.sleep(0)
    run(config())
""",
    "in a thread of an event loop": """\
import asyncio

def guard(run):
    async def work():
        await asyncio.get_running_loop().run_in_executor(None, run, config())
    asyncio.run(work())
""",
    "on a connection": """\
def guard(run):
    made = config()
    with engine.connect() as connection:
        made.attributes["connection"] = connection
        run(made)
""",
    "on a connection of an async engine": """\
import asyncio
from sqlalchemy.ext.asyncio import create_async_engine

def guard(run):
    made = config()
    def work(connection):
        made.attributes["connection"] = connection
        run(made)
    async def main():
        async with create_async_engine("sqlite+aiosqlite:///shop.db").connect() as connection:
            await connection.run_sync(work)
    asyncio.run(main())
""",
    "from a file that it fills in": """\
import tempfile

def guard(run):
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write(f"[alembic]\\nscript_location = {Path(__file__).parent / 'migrations'}\\n")
        file.flush()
        made = Config(file.name)
        made.attributes["engine"] = engine
        run(made)
""",
    "from a coroutine that returns it": "async def guard():\n    return config()\n",
}


@pytest.mark.parametrize("function", RUNS.values(), ids=RUNS)
@pytest.mark.wide(
    "in a thread",
    "under an event loop",
    "on a connection",
    "from a file that it fills in",
    "on a connection of an async engine",
    "in a thread of an event loop",
)
def test_a_function_that_runs_it(project, one_difference, function):
    checkout = project("config_in_code")
    text = (checkout.path / "shop/database.py").read_text()
    checkout.write("shop/database.py", text + "\n\n" + function)
    checkout.replace("pyproject.toml", "database:config", "database:guard")
    if "connection" in function:
        given = 'context.config.attributes["connection"]'
        checkout.replace(
            "shop/migrations/env.py",
            'context.config.attributes["engine"].connect()',
            given + ".engine.connect()",
        )
        text = (checkout.path / "shop/migrations/env.py").read_text()
        text = text.replace("with context.config", "connection = context.config").replace(
            ".engine.connect() as connection:", ""
        )
        checkout.write(
            "shop/migrations/env.py",
            text.replace("\n    ", "\n").replace("begin_transaction():\n", "begin_transaction():\n    "),
        )
    if "loop" in function.splitlines()[0] or "async def guard(run)" in function:
        text = (checkout.path / "shop/migrations/env.py").read_text()
        checkout.write("shop/migrations/env.py", "import asyncio\n\nasyncio.get_running_loop()\n" + text)

    one_difference(checkout, "replayed on SQLite", "shop/models.py")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert not (checkout.path / "shop.db").exists()


MADE_BY_AN_APPLICATION = """

class Application:
    made = 0

    def __init__(self):
        Application.made += 1
        assert Application.made == 1

    def config(self):
        return config()
"""


@pytest.mark.wide("Application().config")
@pytest.mark.parametrize("expression", ["Application().config", "Application().config()"])
def test_an_expression_that_gives_it(project, shows, expression):
    """Of an application that is made once, as a process of its own would."""
    checkout = project("config_in_code")
    text = (checkout.path / "shop/database.py").read_text()
    checkout.write("shop/database.py", text + MADE_BY_AN_APPLICATION)
    checkout.replace("pyproject.toml", "database:config", f"database:{expression}")

    clean = checkout.guard("check")
    plant_in(checkout, "shop/models.py")
    drift = checkout.guard("check")

    assert clean.returncode == 0
    shows(clean, "clean", "anywhere", NAME="shop", REVISIONS="1 revision", TABLES="1 table")
    assert (drift.returncode, "add column user.phone" in drift.stdout) == (1, True)


WRONG = {
    "no function": (
        "shop.database:1 + 1",
        "caused by: 1 + 1 of shop.database is neither a function nor a Config",
    ),
    "no expression": ("shop.database:config(", "SyntaxError: '(' was never closed"),
    "no such module": ("shop.nothing:config", "caused by: there is no module shop.nothing"),
    "no such function": ("shop.database:nothing", "caused by: shop.database has no function 'nothing'"),
    "never called": ("shop.database:silent", "it returned without calling the function that it was given"),
    "raises": ("shop.database:raises", "caused by: ValueError: no\n           shop/database.py:"),
}


@pytest.mark.parametrize("function, cause", WRONG.values(), ids=WRONG)
@pytest.mark.wide("no function", "no such module", "no such function", "never called")
def test_a_function_that_fails(project, function, cause):
    checkout = project("config_in_code")
    text = (checkout.path / "shop/database.py").read_text()
    more = "\n\ndef silent(run):\n    pass\n\n\ndef raises():\n    raise ValueError('no')\n"
    checkout.write("shop/database.py", text + more)
    checkout.replace("pyproject.toml", "shop.database:config", function)

    result = checkout.guard("check")

    assert result.returncode == 2
    assert f"error: making the configuration with {function} failed.\n" in result.stdout
    assert cause in result.stdout


def test_a_working_directory(project):
    """Its commands are run in a folder below the ini."""
    checkout = project("linear")
    checkout.git("mv", "models.py", "api_models.py")
    checkout.write("api/models.py", "from api_models import *\n")
    settings = '[[tool.migrate-guard.environments]]\nname = "api"\nini = "alembic.ini"\ncwd = "api"\n'
    checkout.write("pyproject.toml", settings)

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("api: 3 revisions")


def test_a_declaration_that_leads_nowhere(project, shows):
    checkout = project("asks_for_x")
    checkout.replace("pyproject.toml", "alembic.ini", "nothing.ini")

    result = checkout.guard("check")

    assert (result.returncode, result.stdout) == (2, "")
    shows(result, "no-environment", "declared, and its file is not there")


def test_without_the_argument_that_env_py_demands(project, shows):
    checkout = project("asks_for_x")
    (checkout.path / "pyproject.toml").unlink()

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "env-py", "asks for -x")
