import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint("age > 0", name="ck_user_age"),
        sa.Index("ix_user_name", "name", mysql_length=10),
        sa.Index("ix_user_words", "about", mysql_prefix="FULLTEXT"),
        {
            "mysql_engine": "InnoDB",
            "mysql_charset": "utf8mb4",
            "mysql_collate": "utf8mb4_unicode_ci",
            "mysql_row_format": "DYNAMIC",
            "comment": "People who buy",
        },
    )
    id = sa.Column(mysql.BIGINT(unsigned=True), primary_key=True, autoincrement=True)
    name = sa.Column(sa.String(200, collation="utf8mb4_bin"), nullable=False, comment="as they spell it")
    age = sa.Column(mysql.SMALLINT(unsigned=True))
    about = sa.Column(mysql.MEDIUMTEXT)
    state = sa.Column(sa.Enum("active", "blocked", "deleted"), nullable=False, server_default="active")
    flags = sa.Column(mysql.SET("a", "b"))
    active = sa.Column(sa.Boolean, nullable=False, server_default=sa.text("1"))
    settings = sa.Column(sa.JSON)
    created_at = sa.Column(sa.DateTime, server_default=sa.text("current_timestamp()"), nullable=False)
    changed_at = sa.Column(
        mysql.TIMESTAMP(fsp=6),
        server_default=sa.text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"),
        nullable=False,
    )
    net = sa.Column(sa.Numeric(10, 2), nullable=False, server_default="0.00")
    gross = sa.Column(sa.Numeric(10, 2), sa.Computed("`net` * 1.19", persisted=True))


class Invoice(Base):
    __tablename__ = "invoice"
    id = sa.Column(sa.Integer, primary_key=True)
    user_id = sa.Column(
        mysql.BIGINT(unsigned=True), sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    total = sa.Column(mysql.DOUBLE(asdecimal=False))
    year = sa.Column(mysql.YEAR)
    key = sa.Column(mysql.BINARY(16), unique=True)
