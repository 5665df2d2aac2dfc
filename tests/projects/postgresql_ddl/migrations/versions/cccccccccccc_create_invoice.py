"""Create invoice"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "cccccccccccc"
down_revision = "bbbbbbbbbbbb"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("UPDATE \"user\" SET state = 'deleted' WHERE name = ''")
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), server_default=sa.text("nextval('invoice_numbers')")),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("net", sa.Numeric(10, 2), nullable=False, server_default="0"),
        sa.Column("gross", sa.Numeric(10, 2), sa.Computed("net * 1.19", persisted=True)),
        sa.Column("rate", sa.Numeric(5, 2)),
        sa.Column("room", pg.INT4RANGE()),
        sa.Column("during", pg.TSTZRANGE()),
        sa.Column("paid", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("waits", pg.INTERVAL()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], ondelete="CASCADE", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_exclude_constraint("ex_invoice", "invoice", ("room", "="), ("during", "&&"), using="gist")


def downgrade():
    op.drop_table("invoice")
