"""Pairs of schemas that differ in one point, by the dialects that have a word for it."""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

EVERYWHERE = ("sqlite", "postgresql", "mysql")
PAIRS = {name: {} for name in EVERYWHERE}


def pair(name, before, after, dialects=EVERYWHERE, around=None):
    """``before`` and ``after`` give the parts of a table called thing, ``around`` fills the metadata besides it."""
    for dialect in dialects:
        PAIRS[dialect][name] = (_schema(before, around), _schema(after, around))


def whole(name, before, after, dialects=EVERYWHERE):
    """``before`` and ``after`` fill a metadata."""
    for dialect in dialects:
        PAIRS[dialect][name] = (before, after)


def _schema(parts, around):
    def fill(metadata):
        if around:
            around(metadata)
        *columns, options = [*parts(), {}] if not isinstance((parts() or [None])[-1], dict) else parts()
        sa.Table("thing", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns, **options)

    return fill


def other(metadata):
    sa.Table(
        "other",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(10), unique=True, nullable=False),
    )


def c(name="c", type_=None, *args, **options):
    return sa.Column(name, sa.Integer if type_ is None else type_, *args, **options)


SQLITE, POSTGRESQL, MYSQL = ("sqlite",), ("postgresql",), ("mysql",)
SERVERS = ("postgresql", "mysql")

# --- tables and columns
whole("table added", lambda m: _schema(lambda: [], None)(m), lambda m: (_schema(lambda: [], None)(m), other(m)))
whole("table dropped", lambda m: (_schema(lambda: [], None)(m), other(m)), lambda m: _schema(lambda: [], None)(m))
pair("column added", lambda: [], lambda: [c()])
pair("column dropped", lambda: [c()], lambda: [])
pair("column renamed", lambda: [c("a")], lambda: [c("b")])
pair("NOT NULL set", lambda: [c()], lambda: [c(nullable=False)])
pair("NOT NULL dropped", lambda: [c(nullable=False)], lambda: [c()])
pair("integer to string", lambda: [c()], lambda: [c(type_=sa.String(9))])
pair("string longer", lambda: [c(type_=sa.String(9))], lambda: [c(type_=sa.String(99))])
pair("string to text", lambda: [c(type_=sa.String(9))], lambda: [c(type_=sa.Text)])
pair("integer to bigint", lambda: [c()], lambda: [c(type_=sa.BigInteger)])
pair("integer to smallint", lambda: [c()], lambda: [c(type_=sa.SmallInteger)])
pair("numeric precision", lambda: [c(type_=sa.Numeric(8, 2))], lambda: [c(type_=sa.Numeric(12, 2))])
pair("numeric scale", lambda: [c(type_=sa.Numeric(8, 2))], lambda: [c(type_=sa.Numeric(8, 4))])
pair("numeric without precision", lambda: [c(type_=sa.Numeric(8, 2))], lambda: [c(type_=sa.Numeric)])
pair("float to numeric", lambda: [c(type_=sa.Float)], lambda: [c(type_=sa.Numeric(8, 2))])
pair("date to datetime", lambda: [c(type_=sa.Date)], lambda: [c(type_=sa.DateTime)])
pair("boolean to integer", lambda: [c(type_=sa.Boolean)], lambda: [c()], ("sqlite", "postgresql"))
pair("timezone", lambda: [c(type_=sa.DateTime)], lambda: [c(type_=sa.DateTime(timezone=True))], POSTGRESQL)
pair("time precision", lambda: [c(type_=postgresql.TIMESTAMP)], lambda: [c(type_=postgresql.TIMESTAMP(precision=3))], POSTGRESQL)
pair("interval fields", lambda: [c(type_=postgresql.INTERVAL)], lambda: [c(type_=postgresql.INTERVAL(fields="DAY"))], POSTGRESQL)
pair("json to jsonb", lambda: [c(type_=postgresql.JSON)], lambda: [c(type_=postgresql.JSONB)], POSTGRESQL)
pair("array of another type", lambda: [c(type_=postgresql.ARRAY(sa.Integer))], lambda: [c(type_=postgresql.ARRAY(sa.Text))], POSTGRESQL)
pair("array instead of one", lambda: [c(type_=sa.Text)], lambda: [c(type_=postgresql.ARRAY(sa.Text))], POSTGRESQL)
pair("bit length", lambda: [c(type_=postgresql.BIT(4))], lambda: [c(type_=postgresql.BIT(8))], POSTGRESQL)
pair("fixed to varying", lambda: [c(type_=sa.CHAR(9))], lambda: [c(type_=sa.String(9))])
pair("uuid to string", lambda: [c(type_=postgresql.UUID)], lambda: [c(type_=sa.String(36))], POSTGRESQL)
pair("inet to cidr", lambda: [c(type_=postgresql.INET)], lambda: [c(type_=postgresql.CIDR)], POSTGRESQL)
pair("range of another type", lambda: [c(type_=postgresql.INT4RANGE)], lambda: [c(type_=postgresql.INT8RANGE)], POSTGRESQL)
pair("string longer than a row's", lambda: [c(type_=mysql.TEXT)], lambda: [c(type_=mysql.LONGTEXT)], MYSQL)
pair("unsigned", lambda: [c()], lambda: [c(type_=mysql.INTEGER(unsigned=True))], MYSQL)
pair("tinyint to smallint", lambda: [c(type_=mysql.TINYINT)], lambda: [c(type_=mysql.SMALLINT)], MYSQL)
pair("fractional seconds", lambda: [c(type_=mysql.DATETIME)], lambda: [c(type_=mysql.DATETIME(fsp=6))], MYSQL)
pair("datetime to timestamp", lambda: [c(type_=mysql.DATETIME)], lambda: [c(type_=mysql.TIMESTAMP, nullable=True)], MYSQL)
pair("double to float", lambda: [c(type_=mysql.DOUBLE)], lambda: [c(type_=mysql.FLOAT)], MYSQL)
pair("binary length", lambda: [c(type_=mysql.BINARY(4))], lambda: [c(type_=mysql.BINARY(8))], MYSQL)
pair("blob size", lambda: [c(type_=mysql.BLOB)], lambda: [c(type_=mysql.MEDIUMBLOB)], MYSQL)
pair("set values", lambda: [c(type_=mysql.SET("a", "b"))], lambda: [c(type_=mysql.SET("a", "b", "c"))], MYSQL)
pair("zerofill", lambda: [c(type_=mysql.INTEGER(4))], lambda: [c(type_=mysql.INTEGER(4, zerofill=True))], MYSQL)

# --- defaults, generated and identity columns
pair("default added", lambda: [c()], lambda: [c(server_default="1")])
pair("default dropped", lambda: [c(server_default="1")], lambda: [c()])
pair("default changed", lambda: [c(server_default="1")], lambda: [c(server_default="2")])
pair("default of a text", lambda: [c(type_=sa.String(9), server_default="a")], lambda: [c(type_=sa.String(9), server_default="b")])
pair("default of a time", lambda: [c(type_=sa.DateTime)], lambda: [c(type_=sa.DateTime, server_default=sa.func.now())])
pair("default of an expression", lambda: [c(server_default=sa.text("(1 + 1)"))], lambda: [c(server_default=sa.text("(1 + 2)"))])
pair("generated added", lambda: [c(), c("d")], lambda: [c(), c("d", None, sa.Computed("c + 1", persisted=True))])
pair("generated changed", lambda: [c(), c("d", None, sa.Computed("c + 1", persisted=True))], lambda: [c(), c("d", None, sa.Computed("c + 2", persisted=True))])
pair("generated dropped", lambda: [c(), c("d", None, sa.Computed("c + 1", persisted=True))], lambda: [c(), c("d")])
pair("stored to virtual", lambda: [c(), c("d", None, sa.Computed("c + 1", persisted=True))], lambda: [c(), c("d", None, sa.Computed("c + 1", persisted=False))], ("sqlite", "mysql"))
pair("identity added", lambda: [c("d", nullable=False)], lambda: [c("d", None, sa.Identity(), nullable=False)], POSTGRESQL)
pair("identity always", lambda: [c("d", None, sa.Identity())], lambda: [c("d", None, sa.Identity(always=True))], POSTGRESQL)
pair("identity start", lambda: [c("d", None, sa.Identity(start=1))], lambda: [c("d", None, sa.Identity(start=9))], POSTGRESQL)
pair("on update", lambda: [c(type_=mysql.TIMESTAMP, nullable=True)], lambda: [c(type_=mysql.TIMESTAMP, nullable=True, server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"))], MYSQL)

# --- keys
pair("primary key of two", lambda: [c("d", nullable=False)], lambda: [c("d", primary_key=True)])
pair("primary key of one", lambda: [c("d", primary_key=True)], lambda: [c("d", nullable=False)])
pair("unique added", lambda: [c()], lambda: [c(unique=True)])
pair("unique dropped", lambda: [c(unique=True)], lambda: [c()])
pair("unique named", lambda: [c()], lambda: [c(), sa.UniqueConstraint("c", name="uq")])
pair("unique of more columns", lambda: [c("a"), c("b"), sa.UniqueConstraint("a", name="uq")], lambda: [c("a"), c("b"), sa.UniqueConstraint("a", "b", name="uq")])
pair("unique in another order", lambda: [c("a"), c("b"), sa.UniqueConstraint("a", "b", name="uq")], lambda: [c("a"), c("b"), sa.UniqueConstraint("b", "a", name="uq")])
pair("unique deferrable", lambda: [c("a"), sa.UniqueConstraint("a", name="uq")], lambda: [c("a"), sa.UniqueConstraint("a", name="uq", deferrable=True)], POSTGRESQL)
pair("unique with nulls", lambda: [c("a"), sa.UniqueConstraint("a", name="uq")], lambda: [c("a"), sa.UniqueConstraint("a", name="uq", postgresql_nulls_not_distinct=True)], POSTGRESQL)
pair("foreign key added", lambda: [c("o")], lambda: [c("o", None, sa.ForeignKey("other.id"))], around=other)
pair("foreign key dropped", lambda: [c("o", None, sa.ForeignKey("other.id"))], lambda: [c("o")], around=other)
pair("foreign key on delete", lambda: [c("o", None, sa.ForeignKey("other.id"))], lambda: [c("o", None, sa.ForeignKey("other.id", ondelete="CASCADE"))], around=other)
pair("foreign key on update", lambda: [c("o", None, sa.ForeignKey("other.id"))], lambda: [c("o", None, sa.ForeignKey("other.id", onupdate="CASCADE"))], around=other)
pair("foreign key to another column", lambda: [c("o", sa.String(10), sa.ForeignKey("other.code"))], lambda: [c("o", sa.String(10), sa.ForeignKey("thing.t")), c("t", sa.String(10), unique=True)], around=other)
pair("foreign key deferrable", lambda: [c("o", None, sa.ForeignKey("other.id"))], lambda: [c("o", None, sa.ForeignKey("other.id", deferrable=True, initially="DEFERRED"))], ("sqlite", "postgresql"), other)
pair("foreign key match", lambda: [c("o", None, sa.ForeignKey("other.id"))], lambda: [c("o", None, sa.ForeignKey("other.id", match="FULL"))], POSTGRESQL, other)

# --- checks and enums
pair("check added", lambda: [c()], lambda: [c(), sa.CheckConstraint("c > 0", name="ck")])
pair("check dropped", lambda: [c(), sa.CheckConstraint("c > 0", name="ck")], lambda: [c()])
pair("check changed", lambda: [c(), sa.CheckConstraint("c > 0", name="ck")], lambda: [c(), sa.CheckConstraint("c > 1", name="ck")])
pair("check without a name added", lambda: [c()], lambda: [c("c", None, sa.CheckConstraint("c > 0"))])
pair("check without a name changed", lambda: [c("c", None, sa.CheckConstraint("c > 0"))], lambda: [c("c", None, sa.CheckConstraint("c >= 0"))])
pair("check of a text", lambda: [c(type_=sa.String(9)), sa.CheckConstraint("c <> 'A'", name="ck")], lambda: [c(type_=sa.String(9)), sa.CheckConstraint("c <> 'a'", name="ck")])
LIST = "c IN ('a', 'b') AND d NOT IN ('a', 'b')"
pair("check of a list", lambda: [c(type_=sa.String(9)), c("d", sa.Text), sa.CheckConstraint(LIST, name="ck")], lambda: [c(type_=sa.String(9)), c("d", sa.Text), sa.CheckConstraint(LIST.replace("b", "c"), name="ck")])
pair("enum value added", lambda: [c(type_=sa.Enum("a", "b", name="e"))], lambda: [c(type_=sa.Enum("a", "b", "c", name="e"))], SERVERS)
pair("enum value removed", lambda: [c(type_=sa.Enum("a", "b", "c", name="e"))], lambda: [c(type_=sa.Enum("a", "b", name="e"))], SERVERS)
pair("enum value renamed", lambda: [c(type_=sa.Enum("a", "b", name="e"))], lambda: [c(type_=sa.Enum("a", "d", name="e"))], SERVERS)
pair("enum values in another order", lambda: [c(type_=sa.Enum("a", "b", name="e"))], lambda: [c(type_=sa.Enum("b", "a", name="e"))], SERVERS)
pair("enum to string", lambda: [c(type_=sa.Enum("a", "b", name="e"))], lambda: [c(type_=sa.String(9))])
pair("enum of another name", lambda: [c(type_=sa.Enum("a", "b", name="e"))], lambda: [c(type_=sa.Enum("a", "b", name="f"))], POSTGRESQL)
pair("checked enum value added", lambda: [c(type_=sa.Enum("a", "b", name="e", native_enum=False, create_constraint=True))], lambda: [c(type_=sa.Enum("a", "b", "c", name="e", native_enum=False, create_constraint=True))])
pair("checked enum", lambda: [c(type_=sa.Enum("a", "b", name="e", native_enum=False))], lambda: [c(type_=sa.Enum("a", "b", name="e", native_enum=False, create_constraint=True))])
pair("domain check", lambda: [c(type_=postgresql.DOMAIN("d", sa.Integer, check="VALUE > 0"))], lambda: [c(type_=postgresql.DOMAIN("d", sa.Integer, check="VALUE > 1"))], POSTGRESQL)
pair("domain not null", lambda: [c(type_=postgresql.DOMAIN("d", sa.Integer))], lambda: [c(type_=postgresql.DOMAIN("d", sa.Integer, not_null=True))], POSTGRESQL)
pair("exclusion added", lambda: [c(type_=postgresql.INT4RANGE)], lambda: [c(type_=postgresql.INT4RANGE), postgresql.ExcludeConstraint(("c", "&&"), name="ex")], POSTGRESQL)
pair("exclusion changed", lambda: [c(type_=postgresql.INT4RANGE), postgresql.ExcludeConstraint(("c", "&&"), name="ex")], lambda: [c(type_=postgresql.INT4RANGE), postgresql.ExcludeConstraint(("c", "="), name="ex")], POSTGRESQL)

# --- indexes
pair("index added", lambda: [c()], lambda: [c(index=True)])
pair("index dropped", lambda: [c(index=True)], lambda: [c()])
pair("index made unique", lambda: [c(), sa.Index("ix", "c")], lambda: [c(), sa.Index("ix", "c", unique=True)])
pair("index of more columns", lambda: [c("a"), c("b"), sa.Index("ix", "a")], lambda: [c("a"), c("b"), sa.Index("ix", "a", "b")])
pair("index in another order", lambda: [c("a"), c("b"), sa.Index("ix", "a", "b")], lambda: [c("a"), c("b"), sa.Index("ix", "b", "a")])
pair("index descending", lambda: [c(), sa.Index("ix", "c")], lambda: [c(), sa.Index("ix", sa.text("c DESC"))])
pair("index of an expression added", lambda: [c()], lambda: [c(), sa.Index("ix", sa.text("(c + 1)"))], ("sqlite", "postgresql"))
pair("index of an expression changed", lambda: [c(), sa.Index("ix", sa.text("(c + 1)"))], lambda: [c(), sa.Index("ix", sa.text("(c + 2)"))], ("sqlite", "postgresql"))
PREDICATES = {"sqlite_where": sa.text("c > 0"), "postgresql_where": sa.text("c > 0")}
OTHERS = {"sqlite_where": sa.text("c > 1"), "postgresql_where": sa.text("c > 1")}
pair("index predicate added", lambda: [c(), sa.Index("ix", "c")], lambda: [c(), sa.Index("ix", "c", **PREDICATES)], ("sqlite", "postgresql"))
pair("index predicate changed", lambda: [c(), sa.Index("ix", "c", **PREDICATES)], lambda: [c(), sa.Index("ix", "c", **OTHERS)], ("sqlite", "postgresql"))
pair("index method", lambda: [c(), sa.Index("ix", "c")], lambda: [c(), sa.Index("ix", "c", postgresql_using="hash")], POSTGRESQL)
pair("index operator class", lambda: [c(type_=sa.Text), sa.Index("ix", "c")], lambda: [c(type_=sa.Text), sa.Index("ix", "c", postgresql_ops={"c": "text_pattern_ops"})], POSTGRESQL)
pair("index included column", lambda: [c(), c("d"), sa.Index("ix", "c")], lambda: [c(), c("d"), sa.Index("ix", "c", postgresql_include=["d"])], POSTGRESQL)
pair("index option", lambda: [c(), sa.Index("ix", "c")], lambda: [c(), sa.Index("ix", "c", postgresql_with={"fillfactor": 50})], POSTGRESQL)
pair("index nulls first", lambda: [c(), sa.Index("ix", "c")], lambda: [c(), sa.Index("ix", sa.text("c NULLS FIRST"))], POSTGRESQL)
pair("index collation", lambda: [c(type_=sa.Text), sa.Index("ix", "c")], lambda: [c(type_=sa.Text), sa.Index("ix", sa.text('c COLLATE "POSIX"'))], POSTGRESQL)
pair("index with nulls", lambda: [c(), sa.Index("ix", "c", unique=True)], lambda: [c(), sa.Index("ix", "c", unique=True, postgresql_nulls_not_distinct=True)], POSTGRESQL)
pair("index prefix", lambda: [c(type_=sa.String(99)), sa.Index("ix", "c")], lambda: [c(type_=sa.String(99)), sa.Index("ix", "c", mysql_length=9)], MYSQL)
pair("index of a full text", lambda: [c(type_=sa.String(99)), sa.Index("ix", "c")], lambda: [c(type_=sa.String(99)), sa.Index("ix", "c", mysql_prefix="FULLTEXT")], MYSQL)
pair("index collation in SQLite", lambda: [c(type_=sa.Text), sa.Index("ix", "c")], lambda: [c(type_=sa.Text), sa.Index("ix", sa.text("c COLLATE NOCASE"))], SQLITE)

# --- collations, comments and options
pair("collation", lambda: [c(type_=sa.Text)], lambda: [c(type_=sa.Text(collation="POSIX"))], POSTGRESQL)
pair("collation in SQLite", lambda: [c(type_=sa.Text)], lambda: [c(type_=sa.Text(collation="NOCASE"))], SQLITE)
pair("collation in MySQL", lambda: [c(type_=sa.String(9))], lambda: [c(type_=sa.String(9, collation="utf8mb4_bin"))], MYSQL)
pair("character set", lambda: [c(type_=mysql.VARCHAR(9))], lambda: [c(type_=mysql.VARCHAR(9, charset="latin1"))], MYSQL)
pair("comment of a column", lambda: [c()], lambda: [c(comment="x")], SERVERS)
pair("comment of a column changed", lambda: [c(comment="x")], lambda: [c(comment="y")], SERVERS)
pair("comment of a table", lambda: [], lambda: [{"comment": "x"}], SERVERS)
pair("comment of a table changed", lambda: [{"comment": "x"}], lambda: [{"comment": "y"}], SERVERS)
pair("unlogged", lambda: [], lambda: [{"prefixes": ["UNLOGGED"]}], POSTGRESQL)
pair("storage parameter", lambda: [], lambda: [{"postgresql_with": {"fillfactor": 50}}], POSTGRESQL)
pair("partitioned", lambda: [], lambda: [{"postgresql_partition_by": "RANGE (id)"}], POSTGRESQL)
pair("engine", lambda: [], lambda: [{"mysql_engine": "MyISAM"}], MYSQL)
pair("collation of a table", lambda: [], lambda: [{"mysql_collate": "utf8mb4_bin"}], MYSQL)
pair("row format", lambda: [], lambda: [{"mysql_row_format": "COMPRESSED"}], MYSQL)
pair("strict", lambda: [], lambda: [{"sqlite_strict": True}], SQLITE)
pair("without rowid", lambda: [], lambda: [{"sqlite_with_rowid": False}], SQLITE)
pair("autoincrement", lambda: [], lambda: [{"sqlite_autoincrement": True}], SQLITE)

# --- what belongs to no table
whole("sequence added", lambda m: None, lambda m: sa.Sequence("s", metadata=m), POSTGRESQL)
whole("sequence step", lambda m: sa.Sequence("s", metadata=m), lambda m: sa.Sequence("s", increment=5, metadata=m), POSTGRESQL)


def made(metadata, statement):
    _schema(lambda: [c()], None)(metadata)
    sa.event.listen(metadata, "after_create", sa.DDL(statement))


def both(name, statement, old, new, dialects):
    """An event of the metadata makes it; ``statement`` holds what changes as %s."""
    whole(name, lambda m: made(m, statement.replace("?", old)), lambda m: made(m, statement.replace("?", new)), dialects)


both("view changed", "CREATE VIEW v AS SELECT id FROM thing WHERE c > ?", "1", "2", EVERYWHERE)
whole("view added", lambda m: _schema(lambda: [c()], None)(m), lambda m: made(m, "CREATE VIEW v AS SELECT id FROM thing"))
both("function changed", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT ?'", "1", "2", POSTGRESQL)
both("trigger changed", "CREATE TRIGGER t AFTER ? ON thing BEGIN DELETE FROM thing WHERE id = 1; END", "INSERT", "UPDATE", SQLITE)
both("trigger changed in MySQL", "CREATE TRIGGER t BEFORE INSERT ON thing FOR EACH ROW SET NEW.c = ?", "1", "2", MYSQL)
both("row level security", "ALTER TABLE thing ? ROW LEVEL SECURITY", "DISABLE", "ENABLE", POSTGRESQL)
