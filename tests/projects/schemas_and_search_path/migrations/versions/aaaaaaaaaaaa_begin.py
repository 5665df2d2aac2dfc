"""Begin"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE SCHEMA billing")
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_user_name")),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("state", sa.Enum("open", "paid", name="invoice_state", schema="billing"), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invoice_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        schema="billing",
    )
    op.create_index(op.f("ix_billing_invoice_user_id"), "invoice", ["user_id"], schema="billing")
    op.execute("CREATE SCHEMA audit")
    op.execute("CREATE TABLE audit.entry (id integer)")


def downgrade():
    op.execute("DROP SCHEMA audit CASCADE")
    op.execute("DROP SCHEMA billing CASCADE")
    op.drop_table("user")
