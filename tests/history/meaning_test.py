"""Which revision files say the same."""

import pytest

from migrate_guard.history.meaning import meaning

TEXT = '''\
"""Add phone

Revision ID: aaaa
"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "aaaa"
down_revision = None


def upgrade():
    """Users have a phone."""
    op.add_column("user", sa.Column("phone", sa.String(20)))  # digits


def downgrade():
    pass
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"""Add phone\n', '"""Users have a phone\n', id="docstring of the file"),
        pytest.param('    """Users have a phone."""\n', "", id="docstring of a function"),
        pytest.param("  # digits", "  # or +", id="comment"),
        pytest.param('"aaaa"', "'aaaa'", id="quotes"),
        pytest.param("sa.Column(", "sa.Column(\n        ", id="layout"),
        pytest.param("import sqlalchemy as sa\nfrom alembic import op\n", "from alembic import op\nimport sqlalchemy as sa\n",
                     id="order of imports"),
        pytest.param("import sqlalchemy as sa\n", "import os\nimport sqlalchemy as sa\n", id="import that is not used"),
        pytest.param('revision = "aaaa"', 'revision: str = "aaaa"', id="annotated name"),
        pytest.param("def upgrade():", "def upgrade() -> None:", id="annotated function"),
    ],
)  # fmt: skip
def test_the_same(old, new):
    assert old in TEXT
    assert meaning(TEXT.encode()) == meaning(TEXT.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("String(20)", "String(30)", id="type"),
        pytest.param("down_revision = None", 'down_revision = "bbbb"', id="place in the history"),
        pytest.param("    pass\n", '    op.drop_column("user", "phone")\n', id="downgrade"),
        pytest.param("import sqlalchemy as sa", "import other as sa", id="import"),
        pytest.param('"phone", sa', '"mobile", sa', id="string"),
        pytest.param("def downgrade", "def downgrade(", id="not valid Python"),
    ],
)
def test_something_else(old, new):
    assert old in TEXT
    assert meaning(TEXT.encode()) != meaning(TEXT.replace(old, new, 1).encode())
