"""Create invoice"""

import sqlalchemy as sa
from alembic import op

revision = "cccccccccccc"
down_revision = "bbbbbbbbbbbb"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user.id")),
        schema="billing",
    )


def downgrade():
    op.drop_table("invoice", schema="billing")
