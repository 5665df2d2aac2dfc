"""Begin"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("model", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("path", sa.String(255), nullable=False),
        sa.UniqueConstraint("path"),
    )


def downgrade():
    op.drop_table("file")
    op.drop_table("model")
