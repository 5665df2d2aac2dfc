"""Begin"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade(engine_name):
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name):
    globals()["downgrade_%s" % engine_name]()


def upgrade_users():
    op.create_table("user", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade_users():
    op.drop_table("user")


def upgrade_orders():
    op.create_table("order", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade_orders():
    op.drop_table("order")
