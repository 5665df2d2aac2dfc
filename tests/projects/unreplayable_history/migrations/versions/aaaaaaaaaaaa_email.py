"""Users have an address: the tables are those that create_all() made years ago"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("user", sa.Column("email", sa.String(120)))


def downgrade():
    op.drop_column("user", "email")
