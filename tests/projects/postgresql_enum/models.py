from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Mood(Enum):
    sad = "sad"
    ok = "ok"


class User(Base):
    __tablename__ = "user"
    id = sa.Column(sa.Integer, primary_key=True)
    mood = sa.Column(sa.Enum(Mood), nullable=False)
