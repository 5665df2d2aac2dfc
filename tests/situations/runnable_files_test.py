"""What autogenerate writes into files that do not run comes out right, or is named: types, imports, constraints."""

import re

import pytest

CONFIGURE = "connection=connection, target_metadata=target_metadata"
IMPORTS = "from shop import types\n"


@pytest.fixture
def adds(project):
    """``adds(column)``: own_types with one column more, ``environment`` and options of configure() if need be."""

    def add(*columns, options="", name="own_types", python=None):
        checkout = project(name, *([python] if python else []))
        own = "import models\n\ntarget_metadata = models.Base.metadata"
        checkout.replace("migrations/env.py", "target_metadata = None", own)
        checkout.replace("migrations/env.py", CONFIGURE, f"{CONFIGURE}{options}")
        checkout.commit("Configure")
        lines = "".join(f"    {column}\n" if "\n" not in column else column for column in columns)
        text = (checkout.path / "models.py").read_text()
        checkout.write("models.py", (IMPORTS if name == "own_types" else "") + text + lines)
        return checkout

    return add


def written(checkout):
    """The text that fix writes, which is proved, and what it says."""
    result = checkout.guard("fix", "-m", "Change")
    assert result.returncode == 0, result.stdout + result.stderr
    return (
        checkout.path / checkout.git("diff", "--cached", "--name-only").strip()
    ).read_text(), result.stdout


def added(text):
    return re.findall(r"    op.add_column\('user', sa.Column\('(.*)", text)


@pytest.mark.wide("floor_environment")
@pytest.mark.parametrize("python", ["environment", "floor_environment"])
def test_types_of_the_project(adds, request, python):
    checkout = adds(
        "balance = Column(types.Money)",
        "price = Column(types.Price('EUR', 3))",
        "image = Column(types.FileType(types.Storage('x'), 80))",
        "guid = Column(types.Guid(4))",
        "place = Column(types.Place(srid=10))",
        "line = Column(types.Geo.Line())",
        python=request.getfixturevalue(python),
    )

    text, screen = written(checkout)

    assert "import shop.types\n\n" in text
    assert added(text) == [
        "balance', shop.types.Money(precision=12, scale=2), nullable=True))",
        "price', shop.types.Price('EUR', places=3), nullable=True))",
        "image', sa.Unicode(length=80), nullable=True))",
        "guid', sa.CHAR(length=32), nullable=True))",
        "place', shop.types.Place(srid=10), nullable=True))",
        "line', shop.types.Geo.Line(), nullable=True))",
    ]
    assert [line for line in screen.splitlines() if line.startswith("column")] == [
        "column user.image is written as sa.Unicode(length=80), which is what FileType stores: its repr does not make it again",
        "column user.guid is written as sa.CHAR(length=32), which is what Guid stores: its repr does not make it again",
    ]


@pytest.mark.parametrize(
    ("what", "type_"),
    [
        ("of a lambda", "types.Keyed(lambda: 'x')"),
        ("that is local", "types.local()"),
        ("of an object", "types.Keyed(types.Storage('x'))"),
    ],
    ids=["lambda", "local", "object"],
)
@pytest.mark.wide("local")
def test_a_type_that_nothing_can_write_down(adds, shows, what, type_):
    checkout = adds(f"token = Column({type_})")

    refused = checkout.guard("fix", "-m", "Change")

    assert (refused.returncode, refused.stdout) == (2, "")
    shows(refused, "fix-fails", f"a type {what}")
    assert checkout.git("status", "--porcelain", "--ignored") == " M models.py\n"


RENDER = """, render_item=lambda kind, item, context: "sa.String(40)" if type(item).__name__ == "Keyed" else False"""


def test_what_the_project_says_of_its_types(adds):
    """Its prefix leads where the template has no import; its own word on a type is not questioned."""
    checkout = adds(
        "token = Column(types.Keyed(lambda: 'x'))",
        "place = Column(types.Place)",
        options=f'{RENDER}, user_module_prefix="types."',
    )
    checkout.replace("migrations/script.py.mako", '${imports if imports else ""}\n', "")

    text, _ = written(checkout)

    assert "import sqlalchemy as sa\nimport shop.types\n" in text
    assert added(text) == [
        "token', sa.String(40), nullable=True))",
        "place', shop.types.Place(), nullable=True))",
    ]


def test_what_the_template_imports_is_used(adds):
    checkout = adds("place = Column(types.Place)", options=', user_module_prefix="types."')
    checkout.replace(
        "migrations/script.py.mako", "import sqlalchemy as sa\n", f"import sqlalchemy as sa\n{IMPORTS}"
    )

    text, _ = written(checkout)

    assert "import shop.types" not in text
    assert added(text) == ["place', types.Place(), nullable=True))"]


def test_constraints_without_a_name(adds):
    """They get one, and SQLite the batch that it needs, which env.py does not ask for."""
    checkout = adds(name="unnamed_constraints")
    checkout.replace(
        "models.py",
        "second_team_id = Column(Integer)",
        'second_team_id = Column(Integer, ForeignKey("team.id"))',
    )
    checkout.replace(
        "models.py",
        'team_id = Column(Integer, ForeignKey("team.id"))\n    s',
        "team_id = Column(Integer)\n    s",
    )
    checkout.replace(
        "models.py", '("name", "team_id"),', '("name", "team_id"), UniqueConstraint("second_team_id", "id"),'
    )

    text, _ = written(checkout)

    fk, uq = "'fk_user_team_id_team', ", "'uq_user_second_team_id_id', "
    up, _, down = text.partition("def downgrade()")
    assert "op.batch_alter_table('user', schema=None, naming_convention={'fk': 'fk_%(table_name)s_" in up
    assert f"batch_op.drop_constraint({fk}type_='foreignkey')\n" in up
    assert f"batch_op.create_unique_constraint({uq}['second_team_id', 'id'])\n" in up
    assert f"batch_op.create_foreign_key({fk}'team', ['team_id'], ['id'])\n" in down
    assert f"batch_op.drop_constraint({uq}type_='unique')\n" in down


def test_flask(project):
    """A type of the application's package, and a foreign key without a name, in the batches of Flask-Migrate."""
    checkout = project("flask_own_types")
    own = 'model_id = db.Column(db.Integer, db.ForeignKey("model.id"))\n    kind = db.Column(CustomType)\n'
    checkout.replace("app/models.py", "    path =", f"    {own}    path =")

    text, _ = written(checkout)

    assert "import sqlalchemy as sa\nimport app.models\n" in text
    assert "batch_op.add_column(sa.Column('kind', app.models.CustomType(length=40), nullable=True))\n" in text
    assert "batch_op.create_foreign_key('fk_file_model_id_model', 'model', ['model_id'], ['id'])\n" in text
    assert "batch_op.drop_constraint('fk_file_model_id_model', type_='foreignkey')\n" in text


ENUM = 'postgresql.ENUM("sad", "ok", name="mood", create_type=False)'
PET = """
class Pet(Base):
    __tablename__ = "pet"
    id = sa.Column(sa.Integer, primary_key=True)
    mood = sa.Column(Mood)
    owner_id = sa.Column(sa.Integer, sa.ForeignKey("user.id"))
"""


@pytest.mark.parametrize(
    ("declared", "unmade"),
    [(ENUM, 2), ('sa.Enum("sad", "ok", name="mood")', 1)],
    ids=["not made", "made once"],
)
@pytest.mark.wide("made once")
def test_an_enum_type_that_other_columns_use(adds, driver_environment, postgresql, declared, unmade):
    checkout = adds(
        "second_mood = sa.Column(Mood)",
        "boss_id = sa.Column(sa.Integer, sa.ForeignKey('user.id'))",
        "data = sa.Column(postgresql.ARRAY(postgresql.JSONB(astext_type=sa.Text())))",
        PET,
        name="postgresql_shared_enum",
        python=driver_environment,
    )
    checkout.replace("models.py", ENUM, declared)

    text, _ = written(checkout)

    mood = "postgresql.ENUM('sad', 'ok', name='mood', create_type=False), nullable=True)"
    assert text.count(mood) == unmade  # only CREATE TABLE makes types
    assert "postgresql.ARRAY(postgresql.JSONB(astext_type=sa.Text()))" in text
    assert "op.drop_constraint('user_boss_id_fkey', 'user', type_='foreignkey')\n" in text
