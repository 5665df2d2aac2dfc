"""Plugins of Alembic's autogenerate, and types that SQLAlchemy does not have: clean, then with a drift that is caught."""

import re

import pytest

SERVER = "postgresql+psycopg://u:secret@db.example.org/x"
CONFIGURE = "connection=connection, target_metadata=target_metadata"


@pytest.fixture
def begun(project, plugin_environment):
    """``begun(name, lines, arguments)``: the project with its metadata, ``lines`` and ``arguments`` in its env.py."""

    def begin(
        name, lines="", arguments="", url="", metadata="models.Base.metadata", python=plugin_environment
    ):
        checkout = project(name, python)
        own = f"import models\n{lines}\ntarget_metadata = {metadata}"
        checkout.replace("migrations/env.py", "target_metadata = None", own)
        checkout.replace("migrations/env.py", CONFIGURE, f"{CONFIGURE}, {arguments}")
        if url:
            ini = (checkout.path / "alembic.ini").read_text()
            checkout.write("alembic.ini", re.sub("sqlalchemy.url = .*", f"sqlalchemy.url = {url}", ini))
        checkout.commit("Configure")
        return checkout

    return begin


def unwrapped(result):
    return " ".join(result.stdout.split())


def clean(checkout):
    result = checkout.guard("check")
    assert (result.returncode, "they agree" in unwrapped(result)) == (0, True), result.stdout


def drift(checkout, *points):
    """The points are all that is said to differ, word by word."""
    result = checkout.guard("check")
    assert result.returncode == 1, result.stdout
    assert f"differ in {len(points)} point" in result.stdout, result.stdout
    for point in points:
        assert point in unwrapped(result), result.stdout


def fixed(checkout):
    """``fix`` writes what the plugin would, and the history has it then."""
    result = checkout.guard("fix", "-m", "Change")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Tested " in result.stdout
    (name,) = re.findall(r"Wrote (\S+\.py)", result.stdout)
    return (checkout.path / name).read_text()


@pytest.mark.wide
def test_enum_values(begun, postgresql):
    checkout = begun("postgresql_enum", "import alembic_postgresql_enum")
    clean(checkout)

    checkout.replace("models.py", '    ok = "ok"\n', '    ok = "ok"\n    happy = "happy"\n')

    call = "op.add_enum_value(enum_schema='public', enum_name='mood', new_value='happy')"
    drift(checkout, f"add enum value public.mood: {call} the models have it, the history does not")
    written = fixed(checkout)
    assert ("op.add_enum_value(" in written, "ALTER TYPE" in written) == (True, False)

    checkout.replace("models.py", '    sad = "sad"\n', "")

    drift(
        checkout, "alter enum variants public.mood the models say op.sync_enum_values(enum_schema='public', "
    )


@pytest.mark.wide
def test_a_new_enum(begun, postgresql):
    checkout = begun("postgresql_enum", "import alembic_postgresql_enum")
    column = "mood = sa.Column(sa.Enum(Mood), nullable=False)\n"
    checkout.replace("models.py", column, f'{column}    size = sa.Column(sa.Enum("s", "m", name="size"))\n')

    drift(
        checkout,
        "add enum public.size: sa.Enum('s', 'm', name='size').create(op.get_bind())",
        "add column user.size: size",
    )
    assert "CREATE TYPE" not in fixed(checkout)


ENTITIES = """\
from alembic_utils.replaceable_entity import register_entities
register_entities(models.ENTITIES)
"""


@pytest.mark.wide
def test_views_functions_and_triggers(begun, postgresql):
    checkout = begun("alembic_utils", ENTITIES)
    clean(checkout)

    checkout.replace("models.py", "SELECT id, name FROM", "SELECT id, name, active FROM")
    checkout.replace(
        "models.py", "ENTITIES = [active_user, trim_name, user_name]", "ENTITIES = [active_user, trim_name]"
    )

    drift(
        checkout,
        'alter entity PGView: public.active_user the models say public_active_user = PGView(schema="public", '
        'signature="active_user", definition=\'SELECT id, name, active FROM "user" WHERE active\') '
        "op.replace_entity(public_active_user), the history says something else",
        "drop entity PGTrigger: public.user_name False public.user the history has it, the models do not",
    )
    assert "op.replace_entity(public_active_user)" in fixed(checkout)


PLUGIN = """\
import views
from alembic.runtime.plugins import Plugin
Plugin.setup_plugin_from_module(views, "project.views")
"""
PLUGINS = (
    'autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname", "project.views"]'
)
COMPARATOR = """\
import views
from alembic.autogenerate import comparators
comparators.dispatch_for("schema")(views.compare)
"""
VIEW = "add view senior: op.create_view('senior', 'SELECT id FROM user WHERE age > 64')"


@pytest.mark.wide
def test_a_plugin_of_the_projects_own_and_an_opt_in_one(begun):
    """Env.py registers it by a name that can be taken only once, and runs twice here."""
    checkout = begun("autogenerate_plugins", PLUGIN, f"{PLUGINS}, render_as_batch=True")
    clean(checkout)

    checkout.replace("models.py", 'name="positive_age"', 'name="grown_up"')
    checkout.replace("models.py", "VIEWS = {", 'VIEWS = {"senior": "SELECT id FROM user WHERE age > 64", ')

    drift(
        checkout,
        "drop check constraint positive_age of user",
        "add check constraint grown_up of user: age > 0",
        f"{VIEW} the models have it, the history does not",
    )


@pytest.mark.parametrize("python", ["plugin_environment", "floor_environment"])
@pytest.mark.wide("plugin_environment")
@pytest.mark.wide
def test_a_comparator_that_env_py_registers(begun, request, python):
    """It compares once, whatever the number of times that env.py runs."""
    checkout = begun("autogenerate_plugins", COMPARATOR, python=request.getfixturevalue(python))
    clean(checkout)

    checkout.replace("models.py", 'VIEWS = {"adult": "SELECT id FROM user WHERE age > 17"}', "VIEWS = {}")

    drift(checkout, "drop view adult the history has it, the models do not")
    assert fixed(checkout).count("op.drop_view('adult')") == 1


def test_a_plugin_that_is_left_out(begun):
    """The databases still tell what it would have compared, and so does all else."""
    without = '"~alembic.autogenerate.tables"'
    checkout = begun(
        "autogenerate_plugins", "import views", f'autogenerate_plugins=["alembic.autogenerate.*", {without}]'
    )
    text = (checkout.path / "models.py").read_text()
    checkout.write(
        "models.py",
        f'{text}\n\nclass Pet(Base):\n    __tablename__ = "pet"\n    id = sa.Column(sa.Integer, primary_key=True)\n',
    )

    drift(checkout, "add table pet the models have it, the history does not autogenerate does not see it")
    checkout.replace("migrations/env.py", f", {without}", "")
    drift(checkout, "add table pet: columns id")


RENDER = """
import sqlalchemy_utils


def render_item(kind, item, autogen_context):
    if kind != "type" or not type(item).__module__.startswith("sqlalchemy_utils."):
        return False
    autogen_context.imports.add("import sqlalchemy_utils")
    return f"sqlalchemy_utils.{type(item).__name__}()"

"""
URLS = {
    "PostgreSQL": "",
    "MariaDB": "mysql+pymysql://u:secret@db.example.org/x",
    "SQLite": "sqlite:///app.db",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
@pytest.mark.wide("MariaDB", "PostgreSQL")
def test_types_of_sqlalchemy_utils(begun, postgresql, mariadb, url):
    checkout = begun("sqlalchemy_utils_types", RENDER, "render_item=render_item", url)
    clean(checkout)

    checkout.replace("models.py", "    site =", "    phone = sa.Column(su.EmailType)\n    site =")

    drift(checkout, "models.py:14: add column user.phone: VARCHAR(255)")
    assert "sqlalchemy_utils.EmailType()" in fixed(checkout)


@pytest.mark.parametrize(
    ("name", "module", "metadata", "old", "new"),
    [
        pytest.param(
            "sqlmodel",
            "sqlmodel.sql.sqltypes",
            "models.SQLModel.metadata",
            "    secret_name:",
            "    city: Optional[str] = Field(max_length=40)\n    secret_name:",
            id="sqlmodel",
        ),
        pytest.param(
            "sqlalchemy_utils_types",
            "sqlalchemy_utils.types.email",
            "models.Base.metadata",
            "    site =",
            "    city = sa.Column(su.EmailType)\n    site =",
            id="sqlalchemy-utils",
        ),
    ],
)
def test_a_template_that_lacks_the_import(begun, name, module, metadata, old, new):
    checkout = begun(name, url=URLS["SQLite"], metadata=metadata)
    checkout.replace("models.py", old, new)

    assert f"import sqlalchemy as sa\nimport {module}\n\n" in fixed(checkout)


ALL_OF_THEM = """
class Again(Base):
    __tablename__ = "again"
    id = sa.Column(su.UUIDType(binary=False), primary_key=True)
    password = sa.Column(su.PasswordType(schemes=["pbkdf2_sha512"]))
    kind = sa.Column(su.ChoiceType([("a", "Admin"), ("r", "Regular")], impl=sa.String(1)))
    tags = sa.Column(su.ScalarListType)
    settings = sa.Column(su.JSONType)
"""


def test_types_of_sqlalchemy_utils_as_they_are(begun):
    """The repr of one names another without its module."""
    checkout = begun("sqlalchemy_utils_types", url=URLS["SQLite"])
    text = (checkout.path / "models.py").read_text()
    checkout.write("models.py", text + ALL_OF_THEM)

    text = fixed(checkout)

    assert "\nimport sqlalchemy_utils.types.choice\n" in text
    assert "\nfrom sqlalchemy import String\n" in text
    assert "('r', 'Regular')), impl=String(length=1)), nullable=True),\n" in text


GEO = "include_object=alembic_helpers.include_object, render_item=alembic_helpers.render_item, process_revision_directives=alembic_helpers.writer"
CHANGES = {
    "a range": ("INT4RANGE)", "INT8RANGE)", "alter column booking.seats the models say INT8RANGE, the history says INT4RANGE"),
    "citext": ("pg.CITEXT)", "sa.Text)", "alter column booking.email the models say TEXT, the history says CITEXT"),
    "a type decorator": ("sa.Column(Cents)", "sa.Column(sa.Integer)", "alter column booking.price the models say INTEGER, the history says NUMERIC(12, 2)"),
    "an array": ("    labels =", "    codes = sa.Column(pg.ARRAY(sa.Integer))\n    labels =", "add column booking.codes: INTEGER[]"),
    "a type of the project's own": ("    path =", "    place = sa.Column(Path)\n    path =", "add column booking.place: LTREE"),
    "a native enum": ("    state =", '    mood = sa.Column(sa.Enum("a", "b", name="mood"))\n    state =', "add column booking.mood: mood"),
    "an operator class": ('sa.Index("booking_guest"', 'sa.Index("booking_guests"', "add index booking_guests of booking: on guest"),
}  # fmt: skip


@pytest.mark.wide
def test_types_of_postgresql(begun, postgresql):
    checkout = begun("postgresql_types", arguments='user_module_prefix="models."')
    checkout.replace(
        "migrations/script.py.mako", "import sqlalchemy as sa\n", "import models\nimport sqlalchemy as sa\n"
    )
    clean(checkout)

    for old, new, _ in CHANGES.values():
        checkout.replace("models.py", old, new)

    drift(checkout, *(point for *_, point in CHANGES.values()), "drop index booking_guest of booking")


def test_an_extension_that_the_server_lacks(begun, postgresql):
    """The words and the ways out; what it takes is another server, so nothing more can be run here."""
    checkout = begun("geoalchemy", "from geoalchemy2 import alembic_helpers", GEO)
    file = "migrations/versions/aaaaaaaaaaaa_create_extension.py"
    checkout.replace(file, "CREATE EXTENSION IF NOT EXISTS postgis", "CREATE EXTENSION plv8")

    result = checkout.guard("check")

    assert result.returncode == 1
    assert f"  {file}:12\n" in result.stdout
    assert (
        "    The scratch server lacks the extension plv8. What has it:\n"
        "      a server of yours: scratch_url in [tool.migrate-guard]\n"
    ) in result.stdout


def test_an_extension_that_nobody_made(begun, postgresql):
    checkout = begun("geoalchemy", "from geoalchemy2 import alembic_helpers", GEO)
    file = "migrations/versions/aaaaaaaaaaaa_create_extension.py"
    checkout.replace(file, 'op.execute("CREATE EXTENSION IF NOT EXISTS postgis")', "pass")

    result = checkout.guard("check")

    assert result.returncode == 1
    assert '\n      scratch_setup = "CREATE EXTENSION postgis;"\n' in result.stdout


def test_a_module_of_sqlmodel_that_nothing_imports(begun):
    checkout = begun("sqlmodel", url=URLS["SQLite"], metadata="models.SQLModel.metadata")
    checkout.write("team.py", TEAM)

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "  team.py:8\n  migrations/env.py does not import team," in result.stdout
    assert "    It declares the table team.\n" in result.stdout


TEAM = """\
from sqlmodel import Field, SQLModel


class TeamBase(SQLModel):
    id: int = Field(primary_key=True)


class Team(TeamBase, table=True):
    pass


class TeamPublic(TeamBase):
    name: str
"""


@pytest.mark.wide
def test_pgvector(begun, extra, wheel):
    """The extension comes with the wheel."""
    checkout = begun("pgvector")
    checkout.write("pyproject.toml", f'[tool.migrate-guard]\nengine = "postgresql=={wheel.version}"\n')

    def check():
        return checkout.run(extra, "-m", "migrate_guard", "check")

    as_it_is = check()
    checkout.replace("models.py", "Vector(3))", "Vector(4))")
    wider = check()

    assert (as_it_is.returncode, "they agree" in unwrapped(as_it_is)) == (0, True), as_it_is.stdout
    assert wider.returncode == 1
    assert "the models say VECTOR(4), the history says VECTOR(3)" in wider.stdout, wider.stdout
