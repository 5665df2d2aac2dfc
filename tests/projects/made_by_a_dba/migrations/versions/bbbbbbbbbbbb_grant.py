"""Let the application read"""

from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.execute('GRANT SELECT ON "user" TO app')


def downgrade():
    op.execute('REVOKE SELECT ON "user" FROM app')
