import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import declarative_base
from sqlalchemy.types import TypeDecorator, UserDefinedType

Base = declarative_base()


class Path(UserDefinedType):
    """A type of the extension ltree, which SQLAlchemy does not know."""

    cache_ok = True

    def get_col_spec(self, **kw):
        return "LTREE"


class Cents(TypeDecorator):
    impl = sa.Numeric(12, 2)
    cache_ok = True


class Booking(Base):
    __tablename__ = "booking"
    __table_args__ = (
        pg.ExcludeConstraint(("room", "="), ("during", "&&"), using="gist", name="booking_overlap"),
        sa.Index("booking_guest", "guest", postgresql_using="gin", postgresql_ops={"guest": "gin_trgm_ops"}),
    )
    id = sa.Column(pg.UUID, primary_key=True, server_default=sa.text("uuid_generate_v4()"))
    room = sa.Column(sa.Integer, nullable=False)
    during = sa.Column(pg.TSTZRANGE, nullable=False)
    seats = sa.Column(pg.INT4RANGE)
    guest = sa.Column(sa.Text)
    email = sa.Column(pg.CITEXT)
    path = sa.Column(Path)
    price = sa.Column(Cents)
    state = sa.Column(sa.Enum("open", "paid", name="state"))
    source = sa.Column(sa.Enum("web", "desk", name="source", native_enum=False, create_constraint=True))
    extra = sa.Column(pg.JSONB)
    labels = sa.Column(pg.ARRAY(sa.Text))
    attributes = sa.Column(pg.HSTORE)
    words = sa.Column(pg.TSVECTOR)
    address = sa.Column(pg.INET)
