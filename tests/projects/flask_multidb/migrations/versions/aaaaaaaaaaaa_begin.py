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


def upgrade_():
    op.create_table("user", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade_():
    op.drop_table("user")


def upgrade_audit():
    op.create_table("event", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade_audit():
    op.drop_table("event")
