"""Begin"""

import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50)),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("team_id", sa.Integer()),
        sa.Column("second_team_id", sa.Integer()),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"]),
        sa.UniqueConstraint("name", "team_id"),
    )


def downgrade():
    op.drop_table("user")
    op.drop_table("team")
