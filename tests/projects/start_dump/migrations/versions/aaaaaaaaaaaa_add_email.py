"""Add user.email; the table was made by create_all() and stamped, years ago"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("user", sa.Column("email", sa.String(120)))


def downgrade():
    with op.batch_alter_table("user") as batch:
        batch.drop_column("email")
