"""Modules that declare tables and that nothing imports."""

import pytest

ITEM = """\
from sqlalchemy import Column, ForeignKey

from shop.database import Numbered


class Item(Numbered):
    __tablename__ = "item"


class Price(Item):
    __tablename__ = "price"
    id = Column(ForeignKey("item.id"), primary_key=True)
"""
ENV_PY = "shop/migrations/env.py"
MODELS = "shop/accounts/models.py"


def test_what_is_left_alone(project, shows):
    """The project holds one of each kind."""
    result = project("unimported_models").guard("check")

    assert result.returncode == 0
    shows(result, "clean", "anywhere", NAME="shop/migrations", REVISIONS="1 revision", TABLES="1 table")


def test_a_new_module_that_nothing_imports(project, shows):
    checkout = project("unimported_models")
    checkout.write("shop/catalog/models.py", ITEM)

    found = checkout.guard("check")
    checkout.replace(
        ENV_PY, "from shop.accounts", "import shop.catalog.models  # noqa: F401\nfrom shop.accounts"
    )
    imported = checkout.guard("check")

    assert found.returncode == 1
    shows(found, "unimported-models", "a new module")
    assert (imported.returncode, "add table item: columns id" in imported.stdout) == (1, True)
    assert "unimported" not in imported.stdout


def test_in_a_hook_an_old_one_is_a_line_and_fix_goes_on(project, shows):
    checkout = project("unimported_models")
    checkout.write("shop/catalog/models.py", ITEM)
    checkout.git("add", ".")
    new = checkout.guard("check", "--staged", env={"PRE_COMMIT": "1"})
    checkout.commit("Too early")
    checkout.replace(
        MODELS, "String(50), nullable=False)", "String(50), nullable=False)\n    nick = Column(String(9))"
    )
    checkout.git("add", ".")

    old = checkout.guard("check", "--staged", env={"PRE_COMMIT": "1"})
    fixed = checkout.guard("fix", "--staged", "-m", "longer")

    assert (new.returncode, old.returncode) == (1, 1)
    shows(new, "unimported-models", "a new module, in a hook")
    shows(old, "older", "a module that is not imported")
    assert (fixed.returncode, "Tested " in fixed.stdout) == (0, True), fixed.stdout


def test_a_table_that_would_be_dropped_since_nothing_imports_it_any_more(project, shows):
    """A linter has taken the "unused" import out."""
    checkout = project("unimported_models")
    checkout.replace(ENV_PY, "from shop.accounts import models\n", "")
    (checkout.path / "shop/accounts/copy_of_models.py").unlink()

    result = checkout.guard("check")
    fix = checkout.guard("fix", "-m", "gone")

    assert (result.returncode, fix.returncode) == (1, 1)
    shows(result, "unimported-models", "its table would be dropped")
    shows(fix, "unimported-models", "its table would be dropped, fix")


def test_one_of_before_explains_the_table_that_would_be_dropped_now(project):
    """Its module was there, and not imported; the revision of its table comes only with this commit."""
    checkout = project("unimported_models")
    checkout.write("shop/catalog/models.py", ITEM)
    checkout.commit("Too early", "--no-verify")
    text = CATALOG.replace("cccccccccccc", "bbbbbbbbbbbb").replace("= None", '= "aaaaaaaaaaaa"', 1)
    checkout.write("shop/migrations/versions/bbbbbbbbbbbb_item.py", text)
    checkout.git("add", ".")

    result = checkout.guard("check", "--staged", env={"PRE_COMMIT": "1"})
    fixed = checkout.guard("fix", "-m", "drop item")

    assert (result.returncode, fixed.returncode) == (1, 1)
    for screen in (result.stdout, fixed.stdout):
        assert "error[unimported-models]" in screen and "shop/catalog/models.py" in screen, screen
    assert "Nothing was written." in fixed.stdout


def test_a_module_of_another_environment_that_cannot_be_judged(project):
    """What it imports is not known, but a table that would be dropped has its reason."""
    checkout = project("unimported_models")
    checkout.replace(ENV_PY, "from shop.accounts import models\n", "")
    (checkout.path / "shop/accounts/copy_of_models.py").unlink()
    ini = (checkout.path / "alembic.ini").read_text()
    checkout.write("catalog.ini", ini.replace("shop/migrations", "shop/catalog/migrations"))
    checkout.write("shop/catalog/migrations/env.py", "import gone\n")
    checkout.commit()

    result = checkout.guard("check")

    said = " ".join(result.stdout.split())
    assert result.returncode == 2
    assert "shop/migrations/env.py does not import shop.accounts.models" in said
    assert "note: models that no env.py imports were not looked for" in said


def test_a_module_of_another_environment(project):
    checkout = project("unimported_models")
    checkout.write("shop/catalog/models.py", ITEM)
    ini = (checkout.path / "alembic.ini").read_text()
    checkout.write("catalog.ini", ini.replace("shop/migrations", "shop/catalog/migrations"))
    env_py = (checkout.path / ENV_PY).read_text()
    checkout.write("shop/catalog/migrations/env.py", env_py.replace("shop.accounts", "shop.catalog"))
    checkout.write(
        "shop/catalog/migrations/script.py.mako",
        (checkout.path / "shop/migrations/script.py.mako").read_text(),
    )
    checkout.write("shop/catalog/migrations/versions/cccccccccccc_begin.py", CATALOG)
    checkout.commit()

    result = checkout.guard("check")

    assert (result.returncode, result.stdout.count("they agree")) == (0, 2), result.stdout


CATALOG = '''\
"""Create item"""

import sqlalchemy as sa
from alembic import op

revision = "cccccccccccc"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("item", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table("price", sa.Column("id", sa.Integer(), sa.ForeignKey("item.id"), primary_key=True))
'''


def test_flask_that_imports_one_blueprint_too_few(project):
    checkout = project("flask_factory")
    checkout.write("blog/shop/__init__.py", "")
    checkout.write(
        "blog/shop/models.py",
        "from ..extensions import db\n\n\nclass ShopItem(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n",
    )

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "  blog/shop/models.py:4\n  migrations/env.py does not import blog.shop.models," in result.stdout
    assert "    It declares the table shop_item.\n" in result.stdout


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
def test_on_a_server(on, postgresql, mariadb, shows, dialect):
    checkout = on("unimported_models", dialect)
    checkout.write("shop/catalog/models.py", ITEM)

    result = checkout.guard("check")

    assert result.returncode == 1
    shows(result, "unimported-models", f"on {dialect}")
