import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
    )
    op.create_table(
        "account", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("amount", sa.Integer())
    )


def downgrade():
    op.drop_table("account")
    op.drop_table("user")
