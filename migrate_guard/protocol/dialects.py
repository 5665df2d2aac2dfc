"""What both halves know of SQLAlchemy's dialects: who is of one family, and how to tell them from words."""

# Those whose databases stand on servers that we know
ON_SERVERS = ("postgresql", "mysql", "mariadb")


def family(dialect: str) -> str:
    """MariaDB is one of MySQL's."""
    return "mysql" if dialect == "mariadb" else dialect


def of_url(url: str) -> str:
    """The dialect that a URL begins with, without its driver: it may be one that cannot be read any further."""
    return url.partition(":")[0].partition("+")[0].lower()


def mysql_or_mariadb(said: str) -> str:
    """Which of the two it is that has ``said`` its version: servers and tools of both go by the other's name."""
    return "mariadb" if "mariadb" in said.lower() else "mysql"
