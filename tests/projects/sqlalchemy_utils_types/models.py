import sqlalchemy as sa
import sqlalchemy_utils as su
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = sa.Column(su.UUIDType(binary=False), primary_key=True)
    email = sa.Column(su.EmailType, unique=True)
    password = sa.Column(su.PasswordType(schemes=["pbkdf2_sha512"]))
    kind = sa.Column(su.ChoiceType([("a", "Admin"), ("r", "Regular")], impl=sa.String(1)))
    site = sa.Column(su.URLType)
    address = sa.Column(su.IPAddressType)
    tags = sa.Column(su.ScalarListType)
    settings = sa.Column(su.JSONType)
