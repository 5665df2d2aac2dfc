import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None


def upgrade():
    for number in range(75):
        op.create_table(
            f"kept_{number:02}",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("wider", sa.String(64)),
            sa.Column("stricter", sa.Integer()),
        )


def downgrade():
    for number in range(75):
        op.drop_table(f"kept_{number:02}")
