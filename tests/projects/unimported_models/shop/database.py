from sqlalchemy import Column, Integer, MetaData
from sqlalchemy.orm import declarative_base

Base = declarative_base()
audit = MetaData()


class Numbered(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)
