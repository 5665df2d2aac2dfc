"""Which tables the text of a module declares."""

import pytest

from migrate_guard.schema.declared import Declared, is_aside, read

CLASS = "class User(Base):\n    {}\n"


@pytest.mark.parametrize(
    "text, tables",
    [
        pytest.param(CLASS.format('__tablename__ = "users"'), [("users", 1, ("Base",))], id="named"),
        pytest.param(CLASS.format("__tablename__ = PREFIX + 'x'"), [("user", 1, ("Base",))], id="computed"),
        pytest.param(
            "class BlogPost(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n",
            [("blog_post", 1, ("db.Model",))],
            id="named by its base",
        ),
        pytest.param(
            "class User(Base):\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
            [("user", 1, ("Base",))],
            id="mapped_column",
        ),
        pytest.param(
            "class HeroTeam(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n",
            [("heroteam", 1, ("SQLModel",))],
            id="SQLModel",
        ),
        pytest.param(
            "class User(Generic[T], Base[T]):\n    __tablename__ = 'u'\n",
            [("u", 1, ("Generic", "Base"))],
            id="generic",
        ),
        pytest.param(
            "@orm.mapped\nclass User:\n    __tablename__ = 'u'\n", [("u", 2, ("orm.mapped",))], id="decorated"
        ),
        pytest.param(
            "class User(Base):\n    __tablename__ = 'u'\n    metadata = other\n",
            [("u", 1, ("other",))],
            id="with a metadata of its own",
        ),
        pytest.param("t = Table('t', metadata, Column('a'))", [("t", 1, ("metadata",))], id="Table"),
        pytest.param("t = sa.Table('t', Base.metadata)", [("t", 1, ("sa", "Base.metadata"))], id="sa.Table"),
        pytest.param("t = db.Table('t', db.Column('a'))", [("t", 1, ("db",))], id="db.Table"),
        pytest.param("Table('t', metadata)", [("t", 1, ("metadata",))], id="Table without a name"),
        pytest.param(
            "try:\n    class A(Base):\n        __tablename__ = 'a'\nexcept ImportError:\n    pass\n",
            [("a", 2, ("Base",))],
            id="tried",
        ),
        pytest.param(CLASS.format("__abstract__ = True"), [], id="abstract"),
        pytest.param(CLASS.format("name = Column(String)"), [], id="no primary key: of its base's table"),
        pytest.param("class Mixin:\n    __tablename__ = 'm'\n", [], id="mixin"),
        pytest.param(
            CLASS.format("@declared_attr\n    def __tablename__(cls): return 'u'"),
            [],
            id="a base that computes",
        ),
        pytest.param(CLASS.format("__tablename__ = 'u'; __bind_key__ = 'b'"), [], id="another bind"),
        pytest.param(
            "class H(SQLModel):\n    id: int = Field(primary_key=True)\n", [], id="SQLModel: no table"
        ),
        pytest.param(
            "class H(SQLModel, table=False):\n    __tablename__ = 'h'\n", [], id="SQLModel: table=False"
        ),
        pytest.param("if TYPE_CHECKING:\n    class A(Base):\n        __tablename__ = 'a'\n", [], id="if"),
        pytest.param("def f():\n    class A(Base):\n        __tablename__ = 'a'\n", [], id="in a function"),
        pytest.param("t = Table('t')", [], id="Table that is looked up"),
        pytest.param("t = rich.Table(title, box)", [], id="another Table"),
    ],
)
def test_tables(text, tables):
    assert list(read("m.py", text.encode()).tables) == [Declared(*table) for table in tables]


@pytest.mark.parametrize(
    "text, names, stars",
    [
        pytest.param("import a.b", {"a": ("a",)}, (), id="import"),
        pytest.param("import a.b as c", {"c": ("a.b",)}, (), id="import as"),
        pytest.param("from a import b as c", {"c": ("a.b",)}, (), id="from"),
        pytest.param("from . import b", {"b": (".b",)}, (), id="from the package"),
        pytest.param("from ..a import b", {"b": ("..a.b",)}, (), id="from above"),
        pytest.param("from a import *", {}, ("a",), id="star"),
        pytest.param("Base = declarative_base(metadata=m)", {"Base": ("m",)}, (), id="made from"),
        pytest.param("Base = orm.generate_base()", {"Base": ("orm",)}, (), id="made by"),
        pytest.param("m = Base.metadata", {"m": ("Base.metadata",)}, (), id="alias"),
        pytest.param("if TYPE_CHECKING:\n    from a import b", {}, (), id="only for types"),
    ],
)
def test_names(text, names, stars):
    module = read("m.py", text.encode())
    assert (module.names, module.stars) == (names, stars)


def test_what_is_no_python():
    assert read("m.py", b"print 'x'") is None


@pytest.mark.parametrize(
    "path, aside",
    [
        ("app/models.py", False),
        ("app/contest.py", False),
        ("app/tests/models.py", True),
        ("app/test_models.py", True),
        ("app/models_test.py", True),
        ("conftest.py", True),
        ("docs/models.py", True),
        ("app/vendor/x/models.py", True),
        ("app/some-script.py", True),
    ],
)
def test_is_aside(path, aside):
    assert is_aside(path) == aside
