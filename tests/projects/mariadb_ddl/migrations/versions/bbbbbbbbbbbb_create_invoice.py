"""Create invoice"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", mysql.BIGINT(unsigned=True), sa.ForeignKey("user.id", ondelete="CASCADE")),
        sa.Column("total", mysql.DOUBLE(asdecimal=False)),
        sa.Column("year", mysql.YEAR()),
        sa.Column("key", mysql.BINARY(16), unique=True),
    )
    op.create_index("ix_invoice_user_id", "invoice", ["user_id"])
    op.alter_column(
        "user",
        "state",
        type_=sa.Enum("active", "blocked", "deleted"),
        existing_type=sa.Enum("active", "blocked"),
        existing_nullable=False,
        existing_server_default="active",
    )


def downgrade():
    op.drop_table("invoice")
