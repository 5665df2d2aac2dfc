"""Add a value and an index"""

import sqlalchemy as sa
from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE user_state ADD VALUE 'deleted'")
        op.create_index(
            "ix_user_created",
            "user",
            [sa.text("created_at DESC")],
            postgresql_include=["name"],
            postgresql_concurrently=True,
        )


def downgrade():
    op.drop_index("ix_user_created", "user")
