from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)


class Invoice(Base):
    __tablename__ = "invoice"
    __table_args__ = {"schema": "billing"}
    id = Column(Integer, primary_key=True)
    total = Column(Integer)


class Line(Base):
    __tablename__ = "line"
    __table_args__ = {"schema": "billing"}
    id = Column(Integer, primary_key=True)
    invoice_id = Column(Integer, ForeignKey("billing.invoice.id"))
