"""Create user"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.CheckConstraint("age > 0", name="positive_age"),
    )
    op.create_view("adult", "SELECT id FROM user WHERE age > 17")


def downgrade():
    op.drop_view("adult")
    op.drop_table("user")
