"""Give each user an address, by way of the models"""

from alembic import op
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.orm import Session

import models

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    work = Table("work", MetaData(), Column("id", Integer, primary_key=True))
    work.create(op.get_bind())
    with Session(op.get_bind()) as session:
        session.add(models.User(name="root"))
        session.flush()
        for user in session.query(models.User).all():
            user.email = f"{user.name}@example.org"
        session.commit()
    work.drop(op.get_bind())


def downgrade():
    pass
