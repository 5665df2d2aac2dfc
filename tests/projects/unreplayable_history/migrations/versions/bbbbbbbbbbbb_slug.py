"""Posts have a slug"""

import sqlalchemy as sa
from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("post", sa.Column("slug", sa.String(80)))


def downgrade():
    op.drop_column("post", "slug")
