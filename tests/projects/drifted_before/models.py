from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    name = Column(String(80), nullable=False)
    phone = Column(String(20))


class Account(Base):
    __tablename__ = "account"
    __table_args__ = (CheckConstraint("amount >= 0"),)
    id = Column(Integer, primary_key=True)
    amount = Column(Integer)


class Tag(Base):
    __tablename__ = "tag"
    id = Column(Integer, primary_key=True)
    label = Column(String(30))
    user_id = Column(ForeignKey("user.id"))
