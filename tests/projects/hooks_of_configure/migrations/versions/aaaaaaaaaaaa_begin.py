"""Begin"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("balance", sa.Numeric(10, 2)),
        sa.Column("active", sa.Boolean(), server_default="1"),
        sa.Column("shouted", sa.String(50)),
        sa.CheckConstraint("length(name) > 0", name="name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_user_name")),
    )
    op.create_index(op.f("ix_user_name"), "user", ["name"])
    op.create_table(
        "order",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("total", sa.Numeric(12, 2)),
    )
    op.create_table("legacy", sa.Column("id", sa.Integer()))
    op.create_table("tmp_import", sa.Column("id", sa.Integer()))


def downgrade():
    op.drop_table("legacy")
    op.drop_table("tmp_import")
    op.drop_table("order")
    op.drop_table("user")
