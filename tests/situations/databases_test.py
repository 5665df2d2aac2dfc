"""The configured database is neither opened nor created; what is judged happens in scratch databases alone."""

import socket
import threading

import pytest

PRECIOUS = b"Not a database: whoever opens this file as one fails, and whoever writes to it is caught.\n"


def _files(checkout):
    """Every file of the working tree that git does not track."""
    return checkout.git("ls-files", "--others").split()


@pytest.mark.parametrize("present", [True, False], ids=["a file is there", "no file is there"])
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
@pytest.mark.wide("absolute-a file is there", "relative-no file is there", "absolute-no file is there")
def test_the_configured_file(project, plant, tmp_path, present, absolute):
    checkout = project("linear")
    file = (tmp_path if absolute else checkout.path) / "app.db"
    if absolute:
        checkout.replace("alembic.ini", "sqlite:///app.db", f"sqlite:///{file}")
    if present:
        file.write_bytes(PRECIOUS)

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert [clean.returncode, drift.returncode, fixed.returncode] == [0, 1, 0], drift.stdout
    assert file.exists() == present
    assert not present or file.read_bytes() == PRECIOUS


@pytest.mark.parametrize(
    "name", ["flask_app", "flask_factory", "factory_creates_tables", "create_all_at_import"]
)
@pytest.mark.wide("flask_factory", "factory_creates_tables")
def test_what_an_application_does_with_its_own_database(project, tmp_path, name):
    """Also where it creates its tables: instance folders and absolute paths alike."""
    checkout = project(name)
    file = tmp_path / "precious.db"
    file.write_bytes(PRECIOUS)
    for path in ("app.py", "blog/__init__.py", "models.py"):
        if (checkout.path / path).exists():
            text = (checkout.path / path).read_text()
            checkout.write(path, text.replace("sqlite:///blog.db", f"sqlite:///{file}"))

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout
    assert file.read_bytes() == PRECIOUS
    assert _files(checkout) == []


ATTACH = """\
from sqlalchemy import event
from sqlalchemy.engine import Engine


@event.listens_for(Engine, "connect")
def attach(dbapi_connection, record):
    {call}


"""


LISTENERS = {
    "on the connection": "",
    "in a listener": "dbapi_connection.execute('ATTACH DATABASE ? AS billing', ({file!r},))",
    "in a listener by name": "dbapi_connection.cursor().execute('attach :file as billing', {{'file': {file!r}}})",
    "in a listener's script": "dbapi_connection.executescript(\"PRAGMA foreign_keys=1; ATTACH '{file}' AS billing;\")",
}


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=LISTENERS)
@pytest.mark.parametrize("present", [True, False], ids=["a file is there", "no file is there"])
@pytest.mark.wide(
    "a file is there-in a listener",
    "a file is there-in a listener by name",
    "no file is there-on the connection",
    "no file is there-in a listener's script",
    "a file is there-in a listener's script",
    "no file is there-in a listener by name",
)
def test_an_attached_file(project, tmp_path, listener, present):
    checkout = project("env_py_creates_schema_first")
    file = tmp_path / "billing.db"
    checkout.replace("migrations/env.py", "'billing.db'", f"'{file}'")
    if listener:
        env_py = (checkout.path / "migrations/env.py").read_text()
        line = f"        connection.execute(text(\"ATTACH DATABASE '{file}' AS billing\"))\n"
        assert line in env_py
        env_py = env_py.replace(line, "").replace("        connection.commit()\n", "")
        checkout.write("migrations/env.py", env_py)
        models = (checkout.path / "models.py").read_text()
        checkout.write("models.py", ATTACH.format(call=listener.format(file=str(file))) + models)
    if present:
        file.write_bytes(PRECIOUS)

    clean = checkout.guard("check")
    checkout.replace("models.py", "    total =", "    paid = Column(Integer)\n    total =")
    drift = checkout.guard("check")

    assert (clean.returncode, drift.returncode) == (0, 1), clean.stdout
    assert "add column billing.invoice.paid: INTEGER" in drift.stdout
    assert "opinion alone" not in clean.stdout  # the models' own database has it attached as well, and once
    assert file.exists() == present
    assert not present or file.read_bytes() == PRECIOUS
    assert _files(checkout) == []


def test_creating_all_tables_elsewhere_does_not_make_the_check_vacuous(project, plant):
    """The engine of the models and that of env.py have one URL, which is one database in life."""
    checkout = project("create_all_at_import")
    checkout.write(
        "models.py", (checkout.path / "models.py").read_text().replace("app.db", "app.db?timeout=5")
    )
    checkout.replace("alembic.ini", "app.db", "app.db?timeout=5")
    plant(checkout)

    result = checkout.guard("check")

    assert (result.returncode, "add column user.phone" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    "creator",
    [
        pytest.param("lambda: sqlite3.connect({file!r})", id="a creator of the project's own"),
        pytest.param("functools.partial(sqlite3.connect, {file!r})", id="a partial"),
    ],
)
def test_a_creator_is_never_called(project, tmp_path, creator):
    checkout = project("pyproject_config")
    file = tmp_path / "app.db"
    engine = f'create_engine("sqlite://", creator={creator.format(file=str(file))})'
    checkout.replace("migrations/env.py", 'create_engine("sqlite:///app.db")', engine)
    checkout.replace("migrations/env.py", "from alembic", "import functools\nimport sqlite3\n\nfrom alembic")

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout
    assert not file.exists()


def test_a_listener_that_dials_is_not_asked(project, tmp_path):
    checkout = project("pyproject_config")
    file = tmp_path / "app.db"
    listener = f"""\
import sqlite3

from sqlalchemy import event
from sqlalchemy.engine import Engine


@event.listens_for(Engine, "do_connect")
def dial(dialect, record, cargs, cparams):
    return sqlite3.connect({str(file)!r})


"""
    checkout.write("migrations/env.py", listener + (checkout.path / "migrations/env.py").read_text())

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout
    assert not file.exists()


@pytest.mark.parametrize("pool", ["NullPool", "QueuePool", "StaticPool", "SingletonThreadPool"])
@pytest.mark.wide("QueuePool", "SingletonThreadPool")
def test_every_pool(project, plant, pool):
    checkout = project("linear")
    checkout.replace("migrations/env.py", "pool.NullPool", f"pool.{pool}")
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "differ in 1 point" in result.stdout


CONFIGURE = "connection=connection, target_metadata=target_metadata"
CONNECTING = {
    "autocommit": (
        "connectable.connect()",
        "connectable.execution_options(isolation_level='AUTOCOMMIT').connect()",
    ),
    "in a transaction": ("connectable.connect()", "connectable.begin()"),
    "after statements of its own": (
        "as connection:\n",
        "as connection:\n        connection.exec_driver_sql('PRAGMA foreign_keys=ON')\n        connection.commit()\n",
    ),
    "a transaction for each revision": (CONFIGURE, CONFIGURE + ", transaction_per_migration=True"),
    "a version table of its own": (CONFIGURE, CONFIGURE + ", version_table='schema_version'"),
}


@pytest.mark.parametrize("old, new", CONNECTING.values(), ids=CONNECTING)
@pytest.mark.wide(
    "in a transaction", "a transaction for each revision", "autocommit", "after statements of its own"
)
def test_ways_of_connecting(project, plant, old, new):
    checkout = project("linear")
    checkout.replace("migrations/env.py", old, new)

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, drift.returncode) == (0, 1), clean.stdout
    assert "differ in 1 point" in drift.stdout


@pytest.mark.wide
def test_a_database_in_memory(project, plant):
    checkout = project("linear")
    checkout.replace("alembic.ini", "sqlite:///app.db", "sqlite://")

    assert checkout.guard("check").returncode == 0
    plant(checkout)
    assert checkout.guard("check").returncode == 1


@pytest.fixture(scope="session")
def pg8000(foreign):
    """A folder that holds a driver written in Python alone."""
    (folder,) = foreign("a driver written in Python alone").glob("lib/python*/site-packages")
    return folder


@pytest.fixture
def server():
    """A port on loopback, and the connections that it saw."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen():
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    return
                seen.append(address)
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield listener.getsockname()[1], seen


SECOND_ENGINE = """\
import sqlalchemy

reporting = sqlalchemy.create_engine("postgresql+pg8000://u:secret@127.0.0.1:{port}/x")
with reporting.connect() as connection:
    connection.execute(sqlalchemy.text("SELECT 1"))
"""


@pytest.mark.wide("of the judged database")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("pyproject_config", id="of the judged database"),
        pytest.param("linear", id="of another engine"),
    ],
)
def test_a_configured_server_is_not_dialled(project, pg8000, postgresql, server, name):
    port, seen = server
    checkout = project(name)
    env_py = (checkout.path / "migrations/env.py").read_text()
    url = f"postgresql+pg8000://u:secret@127.0.0.1:{port}/x"
    if name == "linear":
        checkout.write("migrations/env.py", SECOND_ENGINE.format(port=port) + env_py)
    else:
        checkout.write("migrations/env.py", env_py.replace("sqlite:///app.db", url))

    result = checkout.guard("check", env={"PYTHONPATH": str(pg8000)})

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout
    assert seen == []


def test_the_server_would_have_seen_a_connection(project, pg8000, environment, server):
    port, seen = server
    dial = SECOND_ENGINE.format(port=port)

    project("linear").run(environment / "bin" / "python", "-c", dial, env={"PYTHONPATH": str(pg8000)})

    assert seen != []
