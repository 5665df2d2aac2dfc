"""Tables that the application makes on an engine of its own, past env.py."""

import pytest

PLUGIN = """\
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, String, create_engine, text

engine = create_engine({url!r})
with engine.connect() as connection:
    {make}
"""
OPERATION = 'Operations(MigrationContext.configure(connection)).create_table("rating", Column("id", Integer, primary_key=True))'
SQL = 'connection.execute(text("CREATE TABLE IF NOT EXISTS `rating` (id INTEGER)"))'
RATING = """

class Rating(Base):
    __tablename__ = "rating"
    id = Column(Integer, primary_key=True)
    note = Column(String(20), index=True)
"""
SETTING = '[tool.migrate-guard]\nby_application = ["rat*"]\n'


@pytest.mark.parametrize("make", [OPERATION, SQL])
def test_a_plugin_makes_its_table(project, make):
    checkout = project("linear")
    checkout.write("models.py", (checkout.path / "models.py").read_text() + RATING)
    checkout.write("plugin.py", PLUGIN.format(url="sqlite:///app.db", make=make))
    env = (checkout.path / "migrations/env.py").read_text()
    checkout.write("migrations/env.py", f"import plugin\n{env}")
    found = checkout.guard("check")
    checkout.write("pyproject.toml", SETTING)
    left = checkout.guard("check")
    checkout.replace(
        "models.py",
        RATING,
        RATING
        + "\n\nclass Tag(Base):\n    __tablename__ = 'tag'\n    id = Column(Integer, primary_key=True)\n",
    )
    fixed = checkout.guard("fix", "-m", "tags")

    said = " ".join(found.stdout.split())
    assert found.returncode == 1
    assert "plugin.py:7 makes rating in a database that migrations do not reach." in said
    assert '\n      [tool.migrate-guard]\n      by_application = ["rating"]\n' in found.stdout
    assert left.returncode == 0, left.stdout
    assert "left to the application (by_application)" in " ".join(left.stdout.split())
    assert fixed.returncode == 0, fixed.stdout
    (written,) = (checkout.path / "migrations/versions").glob("*_tags.py")
    assert "rating" not in written.read_text()
    assert "create_table('tag'" in written.read_text()


def test_all_are_made_when_it_starts(project):
    """create_all() on an engine of its own: the tutorials do so, and nobody means the tables to be left to it."""
    checkout = project("linear")
    checkout.write("models.py", (checkout.path / "models.py").read_text() + RATING)
    checkout.write(
        "plugin.py",
        "from sqlalchemy import create_engine\n\nimport models\n\nmodels.Base.metadata.create_all(create_engine('sqlite:///app.db'))\n",
    )
    env = (checkout.path / "migrations/env.py").read_text()
    checkout.write("migrations/env.py", f"import plugin\n{env}")

    found = checkout.guard("check")

    assert found.returncode == 1
    assert "by_application" not in found.stdout
