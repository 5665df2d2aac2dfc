"""Make what was before"""

from alembic import op
from sqlalchemy import MetaData

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade(before):
    metadata = MetaData()
    before(metadata)
    metadata.create_all(op.get_bind())


def downgrade(before):
    pass
