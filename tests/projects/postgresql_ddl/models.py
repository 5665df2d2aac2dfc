import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import declarative_base

Base = declarative_base()
numbers = sa.Sequence("invoice_numbers", start=1000, metadata=Base.metadata)


class User(Base):
    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint("length(name) > 0", name="ck_user_name"),
        sa.Index("ix_user_lower_name", sa.text("lower(name)"), unique=True),
        sa.Index("ix_user_active", "state", postgresql_where=sa.text("state = 'active'")),
        sa.Index("ix_user_tags", "tags", postgresql_using="gin"),
        sa.Index("ix_user_created", sa.text("created_at DESC"), postgresql_include=["name"]),
        sa.UniqueConstraint("name", "state", name="uq_user_name_state", deferrable=True, initially="DEFERRED"),
        {"comment": "People who buy"},
    )
    id = sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    name = sa.Column(sa.String(50), nullable=False, comment="as they spell it")
    state = sa.Column(
        sa.Enum("active", "blocked", "deleted", name="user_state"), nullable=False, server_default="active"
    )
    uuid = sa.Column(pg.UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False)
    tags = sa.Column(pg.ARRAY(sa.String(20)), server_default=sa.text("'{}'::character varying[]"))
    settings = sa.Column(pg.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False)
    created_at = sa.Column(sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
    address = sa.Column(pg.INET)
    words = sa.Column(pg.TSVECTOR, sa.Computed("to_tsvector('english'::regconfig, name::text)", persisted=True))


class Invoice(Base):
    __tablename__ = "invoice"
    __table_args__ = (
        pg.ExcludeConstraint(("room", "="), ("during", "&&"), name="ex_invoice", using="gist"),
    )
    id = sa.Column(sa.Integer, primary_key=True)
    number = sa.Column(sa.Integer, numbers, server_default=numbers.next_value())
    user_id = sa.Column(
        sa.BigInteger, sa.ForeignKey("user.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    )
    net = sa.Column(sa.Numeric(10, 2), nullable=False, server_default="0")
    gross = sa.Column(sa.Numeric(10, 2), sa.Computed("net * 1.19", persisted=True))
    rate = sa.Column(sa.Numeric(5, 2))
    room = sa.Column(pg.INT4RANGE)
    during = sa.Column(pg.TSTZRANGE)
    paid = sa.Column(sa.Boolean, server_default=sa.false(), nullable=False)
    waits = sa.Column(pg.INTERVAL)
