"""Begin"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("mood", postgresql.ENUM(name="mood", create_type=False), nullable=False),
    )


def downgrade():
    op.drop_table("user")
    op.execute("DROP TYPE mood")
