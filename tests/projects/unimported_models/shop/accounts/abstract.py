from sqlalchemy import Column, String

from shop.database import Base


class Named(Base):
    __abstract__ = True
    __tablename__ = "named"
    name = Column(String(50), primary_key=True)


class Mixin:
    __tablename__ = "mixin"
    id = Column(String(50), primary_key=True)
