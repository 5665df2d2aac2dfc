from sqlalchemy import Column, String

from shop.database import Numbered


class User(Numbered):
    __tablename__ = "user"
    nick = Column(String(50))
