import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import declarative_base

Base = declarative_base()
Mood = postgresql.ENUM("sad", "ok", name="mood", create_type=False)


class User(Base):
    __tablename__ = "user"
    id = sa.Column(sa.Integer, primary_key=True)
    mood = sa.Column(Mood, nullable=False)
