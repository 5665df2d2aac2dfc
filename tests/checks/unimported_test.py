"""Which modules should have been imported, and what is said of them."""

from dataclasses import replace

import pytest

from migrate_guard.checks.facts import Facts, Old, Unimported
from migrate_guard.checks.unimported import candidates, older_modules, unimported
from migrate_guard.findings.fingerprints import of_module
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.protocol.messages import Loaded, Operation
from migrate_guard.protocol.observation import Observation
from migrate_guard.schema.declared import read

LOADED = Loaded(
    modules={
        "app": "src/app/__init__.py",
        "app.db": "src/app/db.py",
        "app.users.models": "src/app/users/models.py",
        "other": "src/other/__init__.py",
        "other.db": "src/other/db.py",
    },
    tables=["user", "audit.log"],
    sources=["app.users.models"],
    bases=["app.db.Base", "app.db.db", "app.users.models.User", "app.users.models.Base", "sqlmodel.SQLModel"],
)
FLAT = Loaded({"models": "models.py"}, ["user"], ["models"], ["models.Base"])
POST = "\nclass Post(Base):\n    __tablename__ = 'post'\n"
DROP = Operation("table", "public.post", "public.post", None, ())


def found(path, text, loaded=LOADED, operations=(), elsewhere=(), **others):
    modules = [read(path, text.encode()), *(read(f"src/app/{n}.py", t.encode()) for n, t in others.items())]
    return candidates(modules, Observation(operations=tuple(operations), loaded=loaded), elsewhere)


@pytest.mark.parametrize(
    "path, text, more",
    [
        pytest.param("src/app/posts.py", "from app.db import Base" + POST, {}, id="absolute"),
        pytest.param("src/app/posts.py", "from .db import Base" + POST, {}, id="relative"),
        pytest.param("src/app/posts/models.py", "from ..db import Base" + POST, {}, id="relative, above"),
        pytest.param("src/app/posts/__init__.py", "from ..db import Base" + POST, {}, id="a package"),
        pytest.param("src/app/posts.py", "from app.db import *" + POST, {}, id="star"),
        pytest.param("src/app/posts.py", "from app.users.models import Base" + POST, {}, id="passed on"),
        pytest.param("src/app/posts.py", "import app.db as d\nBase = d.Base" + POST, {}, id="alias"),
        pytest.param("src/app/posts.py", "from app import db\n" + POST.replace("Base", "db.db.Model"), {}, id="db"),
        pytest.param("src/app/posts.py", "from app.own import Base" + POST,
                     {"own": "from app.db import Base as B\nclass Base(B):\n    __abstract__ = True\n"},
                     id="a base that is not imported either"),
        pytest.param("src/app/posts.py", "from app.db import Base\nt = Table('post', Base.metadata)", {}, id="Table"),
        pytest.param("posts.py", "from models import Base" + POST, {"loaded": FLAT}, id="beside models.py"),
        pytest.param("tools/post.py", "from models import Base" + POST,
                     {"loaded": FLAT, "operations": [DROP]}, id="elsewhere, but dropped"),
    ],
)  # fmt: skip
def test_finds(path, text, more):
    (module,) = found(path, text, **more)
    assert (module.path, module.tables) == (path, ("post",))
    assert module.dropped == (("post",) if "operations" in more else ())


@pytest.mark.parametrize(
    "path, text, more",
    [
        pytest.param("src/app/posts.py", "Base = declarative_base()" + POST, {}, id="a base of its own"),
        pytest.param("src/app/posts.py", "from other.db import Base" + POST, {}, id="a base not compared"),
        pytest.param("src/app/posts.py", "from elsewhere import Base" + POST, {}, id="a base nobody knows"),
        pytest.param("src/app/posts.py", "Base = Base" + POST, {}, id="a circle"),
        pytest.param("src/app/posts.py", "if X:\n    from app.db import Base" + POST, {}, id="imported for types"),
        pytest.param("src/app/u.py", "from app.db import Base" + POST.replace("'post'", "'user'"), {}, id="held"),
        pytest.param("src/app/u.py", "from app.db import Base" + POST.replace("'post'", "'log'"), {},
                     id="held in a schema"),
        pytest.param("src/other/posts.py", "from app.db import Base" + POST, {}, id="a package without models"),
        pytest.param("tools/post.py", "from app.db import Base" + POST, {"operations": [DROP]}, id="not importable"),
        pytest.param("tools/post.py", "from models import Base" + POST, {"loaded": FLAT}, id="in no package"),
        pytest.param("src/app/posts.py", "from app.db import Base" + POST,
                     {"elsewhere": [Loaded({"app.posts": "src/app/posts.py"}, [], [], [])]},
                     id="imported by another environment"),
        pytest.param("src/app/posts.py", "from app.db import Base" + POST,
                     {"elsewhere": [Loaded({}, ["post"], [], [])]}, id="held by another environment"),
        pytest.param("src/app/posts.py", "from app.db import Base" + POST, {"loaded": None}, id="nothing is known"),
    ],
)  # fmt: skip
def test_does_not_find(path, text, more):
    assert found(path, text, **more) == []


ONE = Unimported("src/app/posts.py", 3, "app.posts", ("post",))


@pytest.mark.parametrize(
    "module, detail",
    [
        pytest.param(ONE, ["It declares the table post."], id="one"),
        pytest.param(
            Unimported("src/app/posts.py", 3, "app.posts", ("post", "tag"), ("tag",)),
            [
                "It declares the tables post, tag.",
                "The history has tag, so that the missing revision would drop it.",
            ],
            id="dropped",
        ),
    ],
)
def test_says(module, detail):
    (finding,) = unimported(Facts(Environment("migrations", "migrations"), Graph([]), unimported=(module,)))
    assert (finding.name, finding.severity, list(finding.detail)) == ("unimported-models", "error", detail)
    assert (finding.path, finding.line) == ("src/app/posts.py", 3)
    assert finding.hint.endswith("\nimport app.posts  # noqa: F401")


def test_what_was_not_imported_before_is_a_line():
    """Also where the module has moved; not where it declares another table."""
    moved = replace(ONE, path="src/app/other/posts.py")
    more = replace(ONE, path="src/app/tags.py", tables=("post", "tag"))
    given = Facts(
        Environment("migrations", "migrations"),
        Graph([]),
        unimported=(moved, more),
        old=Old("before this commit", unimported=frozenset([of_module(ONE.tables)])),
    )
    (finding,) = unimported(given)
    assert finding.path == more.path
    assert (
        older_modules(given)
        == "1 module was not imported before this commit either; `migrate-guard check` names it."
    )
    assert older_modules(replace(given, accepted=given.old.unimported)) == ""
