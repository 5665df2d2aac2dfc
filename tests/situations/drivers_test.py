"""Drivers: those that have to be built, those that the project calls itself, and where each of them dials."""

import pytest


@pytest.mark.parametrize("dialect", ["mysql+mysqldb", "mariadb+mariadbconnector"])
def test_drivers_that_are_built(on, built_environment, mariadb, clean_then_drift, left, dialect):
    checkout = on("linear", dialect, python=built_environment)
    clean_then_drift(checkout, f"replayed on MariaDB {mariadb.version}")
    assert left() == []


def test_the_connector_of_mysql(on, mariadb, clean_then_drift):
    clean_then_drift(on("linear", "mysql+mysqlconnector"), f"replayed on MariaDB {mariadb.version}")
