"""Create user"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("token", sa.String(36), server_default="4ab1b3c8-0f5e-4d4e-8f0b-6c1f7a3f4e11"),
        sa.Column("since", sa.String(40), server_default="2024-05-06T07:08:09.101112"),
    )


def downgrade():
    op.drop_table("user")
