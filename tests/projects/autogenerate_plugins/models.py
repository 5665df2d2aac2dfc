import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()
VIEWS = {"adult": "SELECT id FROM user WHERE age > 17"}


class User(Base):
    __tablename__ = "user"
    __table_args__ = (sa.CheckConstraint("age > 0", name="positive_age"),)
    id = sa.Column(sa.Integer, primary_key=True)
    age = sa.Column(sa.Integer, nullable=False)
