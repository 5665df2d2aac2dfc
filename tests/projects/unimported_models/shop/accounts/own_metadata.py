from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.orm import declarative_base

from shop.database import Base as Compared
from shop.database import audit

Base = declarative_base()


class Remote(Base):
    __tablename__ = "remote"
    id = Column(Integer, primary_key=True)


class Elsewhere(Compared):
    __tablename__ = "elsewhere"
    metadata = MetaData()
    id = Column(Integer, primary_key=True)


more = Table("more", audit, Column("id", Integer))
