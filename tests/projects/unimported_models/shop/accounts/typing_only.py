from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer

from shop.database import Base

if TYPE_CHECKING:

    class Shown(Base):
        __tablename__ = "shown"
        id = Column(Integer, primary_key=True)


def model(name):
    class Made(Base):
        __tablename__ = name
        id = Column(Integer, primary_key=True)

    return Made
