"""Begin with what there is"""

from alembic import op

import models

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    models.Base.metadata.create_all(bind=op.get_bind())


def downgrade():
    models.Base.metadata.drop_all(bind=op.get_bind())
