"""Create task"""

import sqlalchemy as sa
from alembic import op

revision = "dddddddddddd"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
    )


def downgrade():
    op.drop_table("task")
