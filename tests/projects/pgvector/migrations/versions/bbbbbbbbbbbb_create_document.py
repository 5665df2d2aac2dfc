"""Create document"""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("embedding", pgvector.sqlalchemy.Vector(3)),
    )


def downgrade():
    op.drop_table("document")
