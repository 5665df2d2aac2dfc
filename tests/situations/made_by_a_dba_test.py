"""What a DBA makes in real life, and a scratch database lacks: the failure shows the line that makes the replay possible."""

import re

import pytest


@pytest.fixture
def needy(project, plugin_environment, postgresql):
    checkout = project("made_by_a_dba", plugin_environment)
    checkout.replace(
        "migrations/env.py", "target_metadata = None", "import models\ntarget_metadata = models.Base.metadata"
    )
    checkout.replace(
        "migrations/env.py",
        "connection=connection, target_metadata=target_metadata",
        "connection=connection, target_metadata=target_metadata, include_schemas=True",
    )
    return checkout


def to_paste(result):
    (line,) = re.findall(r"^ +(scratch_setup = .*)$", result.stdout, re.M)
    return line


def test_each_failure_shows_the_line_that_mends_it_and_those_before(needy):
    """An extension, a role and a schema: each run gets further, and the last one compares."""
    lines = []
    for _ in range(3):
        result = needy.guard("check")
        assert (result.returncode, "error[upgrade-fails] migrations" in result.stdout) == (1, True), (
            result.stdout
        )
        lines.append(to_paste(result))
        needy.write("pyproject.toml", f"[tool.migrate-guard]\n{lines[-1]}\n")

    assert lines == [
        'scratch_setup = "CREATE EXTENSION citext;"',
        'scratch_setup = "CREATE EXTENSION citext; CREATE ROLE app;"',
        'scratch_setup = "CREATE EXTENSION citext; CREATE ROLE app; CREATE SCHEMA billing;"',
    ]
    clean = needy.guard("check")
    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout

    needy.replace("models.py", "    user_id =", "    total = Column(Integer)\n    user_id =")
    drift = needy.guard("check")
    assert (drift.returncode, "add column billing.invoice.total: INTEGER" in drift.stdout) == (1, True), (
        drift.stdout
    )


def test_a_file_of_statements(needy):
    needy.write("pyproject.toml", '[tool.migrate-guard]\nscratch_setup = "db/scratch.sql"\n')
    needy.write("db/scratch.sql", "CREATE EXTENSION citext;\nCREATE ROLE app;\n")

    result = needy.guard("check")

    assert result.returncode == 1
    assert result.stdout.split("databases need it too, in db/scratch.sql:\n")[1].startswith(
        "      CREATE SCHEMA billing;\n"
    ), result.stdout
    needy.write("db/scratch.sql", "CREATE EXTENSION citext;\nCREATE ROLE app;\nCREATE SCHEMA billing;\n")
    assert needy.guard("check").returncode == 0


def test_env_py_fails(needy):
    """Exit 2, since no revision was running."""
    configure = "        context.configure(\n            connection=connection"
    role = '        connection.exec_driver_sql("SET ROLE app")\n'
    needy.replace("migrations/env.py", configure, role + configure)

    result = needy.guard("check")

    assert result.returncode == 2
    assert result.stdout.startswith("error: running migrations/env.py failed.\n")
    assert 'role "app" does not exist' in result.stdout
    assert (
        "hint: No revision has made the role app by then. Where a DBA makes it, scratch\n"
        "      databases need it too, in [tool.migrate-guard]:\n"
        '      scratch_setup = "CREATE ROLE app;"\n'
    ) in result.stdout


@pytest.mark.wide
def test_mariadb(project, plugin_environment, mariadb):
    checkout = project("made_by_a_dba", plugin_environment)
    checkout.replace(
        "migrations/env.py", "target_metadata = None", "import models\ntarget_metadata = models.Base.metadata"
    )
    checkout.replace("alembic.ini", "postgresql+psycopg", "mysql+pymysql")
    checkout.replace("models.py", "CITEXT", "String(80)")
    checkout.replace(
        "models.py", "import Column, ForeignKey, Integer\n", "import Column, ForeignKey, Integer, String\n"
    )
    checkout.replace("models.py", "from sqlalchemy.dialects.postgresql import String(80)\n", "")
    checkout.replace("models.py", '    __table_args__ = {"schema": "billing"}\n', "")
    versions = "migrations/versions"
    checkout.replace(f"{versions}/aaaaaaaaaaaa_create_user.py", "postgresql.CITEXT()", "sa.String(80)")
    checkout.replace(f"{versions}/bbbbbbbbbbbb_grant.py", '"user" TO app', "user TO app")
    checkout.replace(f"{versions}/cccccccccccc_create_invoice.py", '        schema="billing",\n', "")

    result = checkout.guard("check")

    assert result.returncode == 1
    assert to_paste(result) == 'scratch_setup = "CREATE USER IF NOT EXISTS app;"'
    checkout.write("pyproject.toml", f"[tool.migrate-guard]\n{to_paste(result)}\n")
    clean = checkout.guard("check")
    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
