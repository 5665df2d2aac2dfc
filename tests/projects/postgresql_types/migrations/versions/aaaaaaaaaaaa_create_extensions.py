"""Create extensions"""

from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = ("btree_gist", "citext", "hstore", "ltree", "pg_trgm", '"uuid-ossp"')


def upgrade():
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def downgrade():
    for extension in EXTENSIONS:
        op.execute(f"DROP EXTENSION {extension}")
