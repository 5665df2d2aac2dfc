"""What a DBA makes in real life, made on each fresh scratch database before anything else: scratch_setup."""

import pytest

ROLE = "CREATE ROLE app_reader; CREATE SCHEMA billing; -- as in production\nGRANT USAGE ON SCHEMA billing TO app_reader"
GRANT = "GRANT SELECT ON ALL TABLES IN SCHEMA billing TO app_reader"
NEEDS_IT = "CREATE TABLE billing.note (body text DEFAULT 'a;b')"


def settings(checkout, text):
    checkout.write("pyproject.toml", f"[tool.migrate-guard]\n{text}\n")


def flat(result):
    return " ".join((result.stdout + result.stderr).split())


def migrate(checkout, *statements):
    """In the upgrade of the last revision."""
    last = max((checkout.path / "migrations/versions").glob("*.py"))
    lines = "".join(f"    op.execute({statement!r})\n" for statement in statements)
    last.write_text(last.read_text().replace("def upgrade():\n", f"def upgrade():\n{lines}"))


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg", "pg8000"])
@pytest.mark.wide("psycopg2", "pg8000")
def test_text(on, postgresql, driver):
    """A role is the server's, which holds several databases of one observation."""
    checkout = on("linear", f"postgresql+{driver}")
    migrate(checkout, NEEDS_IT, GRANT)
    assert checkout.guard("check").returncode == 1
    settings(checkout, f'scratch_setup = """{ROLE}"""')

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("dialect", ["postgresql+asyncpg", "mysql+asyncmy", "mysql+aiomysql"])
@pytest.mark.wide("postgresql+asyncpg", "mysql+aiomysql")
def test_async(on, postgresql, mariadb, dialect):
    """On MySQL a schema is a database of the server, where tables outlive the scratch databases."""
    checkout = on("async_env", dialect)
    migrate(checkout, "GRANT SELECT ON other.note TO app_reader")
    settings(
        checkout,
        'scratch_setup = "CREATE ROLE app_reader; CREATE SCHEMA other; CREATE TABLE IF NOT EXISTS other.note (id int);"',
    )

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout


def test_roles_do_not_outlive_an_observation(on, postgresql, plant):
    """In a hook the parent commit is judged after the index; what it has already is one line."""
    checkout = on("linear", "postgresql+psycopg")
    settings(checkout, 'scratch_setup = "CREATE ROLE app_reader"')
    migrate(checkout, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_reader")
    plant(checkout)
    checkout.commit("Drift")
    checkout.write("other.py", "")
    checkout.git("add", "-A")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("1 difference was there before this commit; ")


def test_a_file_of_what_is_judged(on, postgresql):
    """The staged one, not the one on disk."""
    checkout = on("linear", "postgresql+psycopg")
    migrate(checkout, NEEDS_IT)
    settings(checkout, 'scratch_setup = "db/setup.sql"')
    setup = checkout.write("db/setup.sql", "-- by the DBA;\nCREATE SCHEMA billing;\n")
    checkout.git("add", "-A")
    setup.write_text("nonsense")

    staged, disk = checkout.guard("check", "--staged"), checkout.guard("check")

    assert (staged.returncode, disk.returncode) == (0, 2), staged.stdout + disk.stdout


def test_a_file_that_is_not_judged(on, postgresql):
    checkout = on("linear", "postgresql+psycopg")
    settings(checkout, 'scratch_setup = "db/setup.sql"')
    checkout.git("add", "-A")
    checkout.write("db/setup.sql", "CREATE SCHEMA billing;")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 2
    assert (
        "error: migrations: the index has no file db/setup.sql. hint: scratch_setup in [tool.migrate-guard] "
        "names it: git add it, or mend the path." in flat(result)
    )


@pytest.mark.parametrize(
    ("statement", "words", "hint"),
    [
        pytest.param(
            "CREATE SCHEMA billing",
            'psycopg.errors.DuplicateSchema: schema "billing" already exists',
            "Mend scratch_setup in [tool.migrate-guard], or the file that it names.",
            id="its own mistake",
        ),
        pytest.param(
            "CREATE EXTENSION nothing",
            'psycopg.errors.FeatureNotSupported: extension "nothing" is not available',
            "The scratch server lacks the extension nothing. What has it: a server of yours: scratch_url in "
            "[tool.migrate-guard]",
            id="the server lacks it",
        ),
    ],
)
def test_a_statement_that_fails(on, postgresql, statement, words, hint):
    """Also where env.py would swallow it."""
    checkout = on("linear", "postgresql+psycopg")
    settings(checkout, f'scratch_setup = "CREATE SCHEMA billing; {statement}"')
    checkout.replace(
        "migrations/env.py",
        "    run_migrations_online()",
        "    try:\n        run_migrations_online()\n    except Exception:\n        pass",
    )

    result = checkout.guard("check")

    assert result.returncode == 2
    assert result.stdout.splitlines()[:3] == [
        "error: migrations: scratch_setup failed.",
        f"caused by: {statement}",
        f"           {words}",
    ]
    assert f"hint: {hint} hint: to leave it out" in flat(result)


@pytest.mark.wide("text is for servers")
@pytest.mark.parametrize(
    ("setup", "code"),
    [
        pytest.param('"nonsense"', 0, id="text is for servers"),
        pytest.param('{postgresql = "nonsense"}', 0, id="another dialect's"),
        pytest.param('{sqlite = "nonsense"}', 2, id="its own"),
    ],
)
def test_sqlite(project, setup, code):
    checkout = project("linear")
    settings(checkout, f"scratch_setup = {setup}")

    result = checkout.guard("check")

    assert (result.returncode, "scratch_setup failed" in result.stdout) == (code, bool(code)), result.stdout


def test_a_table_by_dialect(on, mariadb):
    checkout = on("linear", "mysql+pymysql")
    settings(
        checkout,
        "[tool.migrate-guard.scratch_setup]\n"
        'postgresql = "nonsense"\n'
        "mysql = \"\"\"\nCREATE USER app@'%'; # as in production;\nCREATE TABLE `a;b` (id int) COMMENT 'it\\\\'s; so';\n"
        'DROP TABLE `a;b`\n"""',
    )
    migrate(checkout, "GRANT SELECT ON *.* TO app@'%'")

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("dialect", "name"), [("postgresql+psycopg", '"user"'), ("mysql+pymysql", "`user`")], ids=["pg", "mysql"]
)
@pytest.mark.wide("mysql")
def test_tables_from_before_the_first_revision(on, postgresql, mariadb, plant, dialect, name):
    """The models' own database has none of them: there they would keep the columns that they had then."""
    checkout = on("linear", dialect)
    (first,) = (checkout.path / "migrations/versions").glob("aaaaaaaaaaaa*.py")
    text = first.read_text()
    made = text[text.index("    op.create_table(") : text.index("\n\n\ndef downgrade")]
    checkout.write(str(first.relative_to(checkout.path)), text.replace(made, "    pass"))
    serial = "SERIAL" if dialect.startswith("postgresql") else "INTEGER AUTO_INCREMENT"
    settings(
        checkout,
        f"scratch_setup = 'CREATE TABLE {name} (id {serial} PRIMARY KEY, name VARCHAR(50) NOT NULL)'",
    )

    checkout.commit("Begin with what is there")

    agree = checkout.guard("check")
    plant(checkout)
    differ = checkout.guard("check")

    assert (agree.returncode, "note" in agree.stdout) == (0, False), agree.stdout
    assert (differ.returncode, "add column user.phone" in flat(differ)) == (1, True), differ.stdout
