"""Which server of our own for which dialect: found on the machine, or in a wheel."""

from migrate_guard.scratch import mysql, postgres

_WORDS = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}


def find(dialect, environ):
    """(kind of server, what it is in words). Raises ScratchError where there is none."""
    kind = postgres.find(environ) if dialect == "postgresql" else mysql.find(dialect, environ)
    return kind, f"{_WORDS[kind.name]} {kind.version} of this machine"
