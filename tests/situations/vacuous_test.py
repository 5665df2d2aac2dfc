"""History that cannot differ from the models, since it is made from them."""

import pytest

BEGIN = "migrations/versions/aaaaaaaaaaaa_begin.py"
BUILDS = "    models.Base.metadata.create_all(bind=op.get_bind())\n"
USER = """\
    op.create_table(
        "user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("email", sa.String(120)),
    )
"""
POST = """\
    op.create_table(
        "post",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("user.id")),
    )
"""
FROZEN = USER + POST


def replay_alone(checkout):
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nhistory = "replay"\n')
    checkout.commit("Replay")


def freeze(checkout, body=FROZEN):
    checkout.replace(BEGIN, BUILDS, body)
    checkout.replace(BEGIN, "from alembic import op\n", "import sqlalchemy as sa\nfrom alembic import op\n")


def test_a_revision_that_builds_from_the_models(project, shows, plant):
    """With the planted column nothing differs: what the check would say is worth nothing."""
    checkout = project("baseline_create_all")
    replay_alone(checkout)
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1
    shows(result, "vacuous-history", "a revision builds from the models")


def test_it_blocks_in_a_hook_whoever_brought_it(project, shows):
    checkout = project("baseline_create_all")
    replay_alone(checkout)
    checkout.write("settings.py", "DEBUG = False\n")
    checkout.git("add", "settings.py")

    result = checkout.guard("check", "--staged", env={"PRE_COMMIT": "1"})

    assert result.returncode == 1
    shows(result, "vacuous-history", "in a hook")


def test_the_step_is_judged_instead(project, shows, plant):
    """The parent's models are what the databases in life have; the replay proves nothing and is a note."""
    checkout = project("baseline_create_all")
    plant(checkout)

    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Add phone")
    checkout.git("add", "-A")
    clean = checkout.guard("check", "--staged")

    assert drift.returncode == 1
    begin = checkout.git("rev-parse", "HEAD")[:8]
    shows(drift, "vacuous-history", "the step is judged instead", COMMIT=begin)
    assert (fixed.returncode, clean.returncode) == (0, 0), fixed.stdout + fixed.stderr + clean.stdout
    assert "note[vacuous-history]" in clean.stdout


def test_no_revision_is_written_on_top_of_it(project, shows):
    checkout = project("baseline_create_all")

    result = checkout.guard("fix", "-m", "more")

    assert result.returncode == 1
    shows(result, "vacuous-history", "fix")


def test_frozen(project, plant):
    """The other revision asks for rows by way of the models, and has a table of its own for a while."""
    checkout = project("baseline_create_all")
    freeze(checkout)

    frozen = checkout.guard("check")
    checkout.replace("models.py", "String(80)", "String(90)")
    drift = checkout.guard("check")

    assert (frozen.returncode, "they agree" in frozen.stdout) == (0, True), frozen.stdout
    assert (drift.returncode, "VARCHAR(90), the history says VARCHAR(80)" in drift.stdout) == (1, True)
    assert "vacuous" not in drift.stdout


@pytest.mark.parametrize(
    "body, line, tables",
    [
        pytest.param("models.User.__table__.create(op.get_bind())", 16, "user", id="Table.create"),
        pytest.param("op.execute(CreateTable(models.User.__table__))", 16, "user", id="CreateTable"),
        pytest.param('op.create_table("user", *models.User.__table__.columns)', 16, "user", id="columns"),
        pytest.param(
            "models.User.__table__.to_metadata(sa.MetaData()).create(op.get_bind())", 16, "user", id="to_metadata"
        ),
        pytest.param("shop.build(op.get_bind())", 16, "post, user", id="a function of the project's"),
        pytest.param(
            "op.get_context().opts['target_metadata'].create_all(op.get_bind())", 16, "post, user", id="opts"
        ),
        pytest.param("models.Base.metadata.create_all(shop.engine)", 16, "post, user", id="own connection"),
    ],
)  # fmt: skip
@pytest.mark.wide("columns", "to_metadata", "opts", "own connection", "CreateTable")
def test_ways_to_build_from_the_models(project, body, line, tables):
    checkout = project("baseline_create_all")
    checkout.write("shop.py", SHOP)
    freeze(checkout, f"    import shop\n    from sqlalchemy.schema import CreateTable\n    {body}\n")
    if tables == "user":
        checkout.replace(BEGIN, "\n\ndef downgrade", f"{POST}\n\ndef downgrade")

    result = checkout.guard("check")

    screen = result.stdout
    assert result.returncode == 1, screen
    assert f"  {BEGIN}:{line + 1}\n  revision aaaaaaaaaaaa builds " in screen
    assert f"    It builds: {tables}\n" in screen
    of_its_own = "    It does so on a connection of its own: databases in life get them,"
    assert (of_its_own in screen) == ("engine" in body)


SHOP = """\
import sqlalchemy as sa

import models

engine = sa.create_engine("sqlite:///app.db")


def build(bind):
    models.Base.metadata.create_all(bind)


def application():
    build(engine)
"""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("import shop; shop.application()", id="an application that fills a database of its own"),
        pytest.param("import at_import", id="create_all at import"),
        pytest.param("models.Base.metadata.create_all(op.get_bind())", id="nothing is left to build"),
        pytest.param(
            'sa.Table("x", sa.MetaData(), sa.Column("id", sa.Integer)).create(op.get_bind()); op.drop_table("x")',
            id="a table of the revision's own",
        ),
        pytest.param('op.add_column("post", sa.Column("n", models.User.id.type)); op.drop_column("post", "n")',
                     id="the type of a column"),
        pytest.param("op.bulk_insert(models.User.__table__, [{'name': 'a'}])", id="rows"),
        pytest.param(f"models.User.__table__.drop(op.get_bind())\n{USER}", id="drop"),
    ],
)  # fmt: skip
@pytest.mark.wide(
    "a table of the revision's own",
    "the type of a column",
    "drop",
    "an application that fills a database of its own",
    "nothing is left to build",
)
def test_what_a_revision_may_do(project, body):
    checkout = project("baseline_create_all")
    checkout.write("shop.py", SHOP)
    checkout.write("at_import.py", "import shop\n\nshop.models.Base.metadata.create_all(shop.engine)\n")
    freeze(checkout, f"{FROZEN}    {body}\n")

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


CONNECTS = "    with engine.connect() as connection:\n"
RUNS = "            context.run_migrations()\n"


BOOTSTRAP = """\
        if not inspect(connection).has_table("alembic_version"):
            models.Base.metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('bbbbbbbbbbbb')"))
            connection.commit()
"""
NEW = """class New(Base):
    __tablename__ = "new"
    id = Column(Integer, primary_key=True)
"""


@pytest.mark.parametrize(
    "old, new, found",
    [
        pytest.param(CONNECTS, CONNECTS + BOOTSTRAP, "env.py builds and stamps", id="and stamps"),
        pytest.param(
            RUNS,
            RUNS + "        models.Base.metadata.create_all(connection)\n",
            "env.py builds what is left",
            id="what is left",
        ),
    ],
)
def test_env_py_builds_from_the_models(project, shows, old, new, found):
    """A table that no revision makes is not missed."""
    checkout = project("baseline_create_all")
    freeze(checkout)
    checkout.replace("migrations/env.py", old, new)
    checkout.replace("migrations/env.py", "config, pool", "config, inspect, pool, text")
    checkout.write("models.py", (checkout.path / "models.py").read_text() + f"\n\n{NEW}")
    checkout.commit()

    result = checkout.guard("check")

    assert result.returncode == 1
    shows(result, "vacuous-history", found)


def test_asynchronous_env_py_builds_from_the_models(project, shows):
    checkout = project("async_env")
    replay_alone(checkout)
    checkout.replace(
        "migrations/env.py",
        "        await connection.run_sync(",
        "        await connection.run_sync(models.Base.metadata.create_all)\n        await connection.run_sync(",
    )
    checkout.write("models.py", (checkout.path / "models.py").read_text() + f"\n\n{NEW}")

    result = checkout.guard("check")

    assert result.returncode == 1
    shows(result, "vacuous-history", "an asynchronous env.py builds")


@pytest.mark.wide("on the application's engine")
@pytest.mark.parametrize(
    "added",
    [
        pytest.param("    models.Base.metadata.create_all(engine)\n", id="on a connection of its own"),
        pytest.param(
            "    models.Base.metadata.create_all(models.engine)\n", id="on the application's engine"
        ),
    ],
)
def test_env_py_that_builds_elsewhere(project, plant, added):
    """That is a throwaway database: the verdict stands."""
    checkout = project("create_all_at_import")
    checkout.replace("migrations/env.py", CONNECTS, added + CONNECTS)

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert (drift.returncode, "add column user.phone" in drift.stdout, "vacuous" in drift.stdout) == (
        1,
        True,
        False,
    )


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
@pytest.mark.wide("mysql+pymysql")
def test_on_a_server(on, postgresql, mariadb, shows, plant, dialect):
    checkout = on("baseline_create_all", dialect)
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nhistory = "replay"\n')
    plant(checkout)

    result = checkout.guard("check")

    assert result.returncode == 1
    shows(result, "vacuous-history", f"on {dialect}")
