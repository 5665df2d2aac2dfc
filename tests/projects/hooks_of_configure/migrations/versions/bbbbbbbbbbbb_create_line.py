"""Create line"""

import sqlalchemy as sa
from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("line", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("line") as batch:
        batch.add_column(sa.Column("order_id", sa.Integer()))
        batch.create_foreign_key("fk_line_order", "order", ["order_id"], ["id"])


def downgrade():
    op.drop_table("line")
