from sqlalchemy import Boolean, CheckConstraint, Column, Integer, MetaData, String, UniqueConstraint, func
from sqlalchemy.orm import declarative_base

from shop.types import Money

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
Base = declarative_base(metadata=MetaData(naming_convention=NAMES))


class User(Base):
    __tablename__ = "user"
    __table_args__ = (CheckConstraint("length(name) > 0", name="name"), UniqueConstraint("name"))
    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False, index=True)
    balance = Column(Money)
    secret = Column(String(20), info={"managed_elsewhere": True})
    active = Column(Boolean(name="active"), server_default="1")
    shouted = Column(String(50), server_default=func.upper("x"))


class Report(Base):
    __tablename__ = "report"
    __table_args__ = {"info": {"is_view": True}}
    id = Column(Integer, primary_key=True)
