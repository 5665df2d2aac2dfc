"""Add the user root"""

from alembic import op
from sqlalchemy import text

from database import Session

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    with Session() as session:
        session.execute(text("INSERT INTO %s (id, name) VALUES (1, 'root')" % _user()))
        session.commit()
    assert op.get_bind().execute(text("SELECT count(*) FROM " + _user())).scalar() == 1


def _user():
    return op.get_bind().dialect.identifier_preparer.quote("user")


def downgrade():
    op.execute("DELETE FROM " + _user())
