"""Add user.email"""

import sqlalchemy as sa
from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("UPDATE users SET name = lower(name)")
    op.add_column("user", sa.Column("email", sa.String(120)))


def downgrade():
    with op.batch_alter_table("user") as batch:
        batch.drop_column("email")
