from sqlalchemy import Column, String, Table

from shop.database import Numbered, audit


class User(Numbered):
    __tablename__ = "user"
    name = Column(String(50), nullable=False)


events = Table("event", audit, Column("what", String(20)))
