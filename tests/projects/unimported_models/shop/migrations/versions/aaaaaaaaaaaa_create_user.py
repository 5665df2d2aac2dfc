"""Create user"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import declarative_base

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None

Base = declarative_base()


class Item(Base):
    __tablename__ = "item"
    id = sa.Column(sa.Integer, primary_key=True)


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
    )


def downgrade():
    op.drop_table("user")
