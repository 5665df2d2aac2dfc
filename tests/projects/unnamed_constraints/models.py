from sqlalchemy import Column, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Team(Base):
    __tablename__ = "team"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), unique=True)


class User(Base):
    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("name", "team_id"),)
    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)
    team_id = Column(Integer, ForeignKey("team.id"))
    second_team_id = Column(Integer)
