"""Make what was before"""

import os

from alembic import op
from sqlalchemy import MetaData

from altered import alter

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade(before, name):
    metadata = MetaData()
    before(metadata)
    if os.environ.get("MUTATIONS_HISTORY") == "altered":
        alter(metadata)
    else:
        metadata.create_all(op.get_bind())


def downgrade(before, name):
    pass
