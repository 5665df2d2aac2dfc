from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Users = declarative_base()
Orders = declarative_base()


class User(Users):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)


class Order(Orders):
    __tablename__ = "order"
    id = Column(Integer, primary_key=True)
