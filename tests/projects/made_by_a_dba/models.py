from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    email = Column(CITEXT, nullable=False)


class Invoice(Base):
    __tablename__ = "invoice"
    __table_args__ = {"schema": "billing"}
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id"))
