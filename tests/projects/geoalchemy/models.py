import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Place(Base):
    __tablename__ = "place"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50))
    point = sa.Column(Geometry("POINT", srid=4326))
