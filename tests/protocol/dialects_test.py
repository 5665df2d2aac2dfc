"""Dialects, as both halves tell them apart."""

import pytest

from migrate_guard.protocol.dialects import ON_SERVERS, family, mysql_or_mariadb, of_url


def test_families():
    assert [family(dialect) for dialect in (*ON_SERVERS, "sqlite")] == [
        "postgresql",
        "mysql",
        "mysql",
        "sqlite",
    ]


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("postgresql+psycopg://u:p@h/shop", "postgresql"),
        ("MySQL://h/shop", "mysql"),
        ("sqlite:///file:shop.db?uri=true", "sqlite"),
        ("mariadb+pymysql://u:a:b@h", "mariadb"),
    ],
)
def test_the_dialect_of_a_url(url, dialect):
    assert of_url(url) == dialect


@pytest.mark.parametrize(
    ("said", "server"),
    [
        ("10.11.6-MariaDB-0+deb12u1", "mariadb"),
        ("mysqld  Ver 15.1 Distrib 10.11.6-MariaDB, for debian-linux-gnu", "mariadb"),
        ("8.0.36", "mysql"),
    ],
)
def test_mysql_or_mariadb(said, server):
    assert mysql_or_mariadb(said) == server
