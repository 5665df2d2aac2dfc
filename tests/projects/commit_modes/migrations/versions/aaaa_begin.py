"""begin"""

import sqlalchemy as sa
from alembic import op

revision = "aaaa"
down_revision = None


def upgrade():
    op.create_table("user", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(50)))
    op.create_table("post", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50)))


def downgrade():
    op.drop_table("post")
    op.drop_table("user")
