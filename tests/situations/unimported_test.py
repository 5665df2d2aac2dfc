"""Modules that declare tables and that nothing imports."""

import pytest

AGREE = """\
shop/migrations: 1 revision of the {} replayed on SQLite, 1 table of the models compared: they agree (VERSIONS).
"""
ITEM = """\
from sqlalchemy import Column, ForeignKey

from shop.database import Numbered


class Item(Numbered):
    __tablename__ = "item"


class Price(Item):
    __tablename__ = "price"
    id = Column(ForeignKey("item.id"), primary_key=True)
"""
SCREEN = """\
error[unimported-models] shop/migrations
  shop/catalog/models.py:6
  shop/migrations/env.py does not import shop.catalog.models, so its models are
    not compared.
    It declares the tables item, price.
    Import it in shop/migrations/env.py, or where the other models are imported:
      import shop.catalog.models  # noqa: F401
"""
ENV_PY = "shop/migrations/env.py"
MODELS = "shop/accounts/models.py"
DROPPED = """\
error[unimported-models] shop/migrations
  shop/accounts/models.py:6
  shop/migrations/env.py does not import shop.accounts.models, so its models are
    not compared.
    It declares the table user.
    The history has user, so that the missing revision would drop it.
    Import it in shop/migrations/env.py, or where the other models are imported:
      import shop.accounts.models  # noqa: F401
"""
DRIFT = """\
error[drift] shop/migrations
  models and history differ in 1 point.
    drop table user
        the history has it, the models do not
"""


def test_what_is_left_alone(project, said):
    """The project holds one of each kind."""
    result = project("unimported_models").guard("check")

    assert (said(result), result.returncode) == (AGREE.format("working tree"), 0)


def test_a_new_module_that_nothing_imports(project, said):
    checkout = project("unimported_models")
    checkout.write("shop/catalog/models.py", ITEM)

    found = checkout.guard("check")
    checkout.replace(
        ENV_PY, "from shop.accounts", "import shop.catalog.models  # noqa: F401\nfrom shop.accounts"
    )
    imported = checkout.guard("check")

    screen = SCREEN + "\n" + AGREE.format("working tree")
    assert (said(found), found.returncode) == (screen, 1)
    assert (imported.returncode, "add table item: columns id" in imported.stdout) == (1, True)
    assert "unimported" not in imported.stdout


def test_in_a_hook_an_old_one_is_a_line_and_fix_goes_on(project, said):
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

    assert (new.returncode, SCREEN in said(new)) == (1, True)
    line = "1 module was not imported before this commit either; `migrate-guard check` names\n  it.\n"
    assert (old.returncode, line in said(old), "error[unimported" in said(old)) == (1, True, False), said(old)
    assert (fixed.returncode, "Proved: " in fixed.stdout) == (0, True), said(fixed)


def test_a_table_that_would_be_dropped_since_nothing_imports_it_any_more(project, said):
    """A linter has taken the "unused" import out."""
    checkout = project("unimported_models")
    checkout.replace(ENV_PY, "from shop.accounts import models\n", "")
    (checkout.path / "shop/accounts/copy_of_models.py").unlink()

    result = checkout.guard("check")
    fix = checkout.guard("fix", "-m", "gone")

    verdict = AGREE.format("working tree").replace("1 table", "0 tables").replace("agree", "differ")
    assert (said(result), result.returncode) == (f"{DROPPED}\n{DRIFT}\n{verdict}", 1)
    assert (fix.returncode, fix.stdout.endswith("\nNothing was written.\n")) == (1, True), said(fix)


def test_a_module_of_another_environment(project, said):
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

    assert (result.returncode, result.stdout.count("they agree")) == (0, 2), said(result)


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


def test_flask_that_imports_one_blueprint_too_few(project, said):
    checkout = project("flask_factory")
    checkout.write("blog/shop/__init__.py", "")
    checkout.write(
        "blog/shop/models.py",
        "from ..extensions import db\n\n\nclass ShopItem(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n",
    )

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "  blog/shop/models.py:4\n  migrations/env.py does not import blog.shop.models," in said(result)
    assert "    It declares the table shop_item.\n" in said(result)


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
def test_on_a_server(on, postgresql, mariadb, said, dialect):
    checkout = on("unimported_models", dialect)
    checkout.write("shop/catalog/models.py", ITEM)

    result = checkout.guard("check")

    assert (said(result).partition("\n\n")[0] + "\n", result.returncode) == (SCREEN.format("error", ""), 1)
    assert "1 table of the models compared: they agree" in " ".join(result.stdout.split())
