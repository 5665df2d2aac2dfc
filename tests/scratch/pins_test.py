"""The setting ``engine``: which servers may judge which dialect."""

import pytest

from migrate_guard.errors import ScratchError
from migrate_guard.scratch.pins import Pins


@pytest.mark.parametrize(
    ("engines", "dialect", "server", "version", "why"),
    [
        pytest.param((), "postgresql", "postgresql", "15.18", "", id="no pin"),
        pytest.param(("postgresql>=15,<17",), "postgresql", "postgresql", "15.18", "", id="fits"),
        pytest.param(
            ("postgresql>=16",), "postgresql", "postgresql", "15.18", 'engine = "postgresql>=16"', id="older"
        ),
        pytest.param(
            ("postgresql==15.*",), "postgresql", "postgresql", "16.1", 'engine = "postgresql==15.*"', id="newer"
        ),
        pytest.param(("postgresql>=18",), "postgresql", "postgresql", "19beta1", "", id="a beta"),
        pytest.param(("postgresql>=18",), "postgresql", "postgresql", "19devel", "", id="a build of its own"),
        pytest.param(("PostgreSQL >= 15",), "postgresql", "postgresql", "15.18", "", id="written freely"),
        pytest.param(("mariadb",), "mysql", "mariadb", "10.11.14", "", id="a name alone"),
        pytest.param(("mariadb",), "mysql", "mysql", "8.4.3", 'engine = "mariadb"', id="the other kind"),
        pytest.param(("mysql>=8",), "mysql", "mariadb", "10.11.14", 'engine = "mysql>=8"', id="no MySQL"),
        pytest.param(
            ("mysql>=8", "mariadb<11"), "mysql", "mariadb", "11.4", 'engine = "mysql>=8" and "mariadb<11"', id="two"
        ),
        pytest.param(("mysql>=8", "mariadb<11"), "mysql", "mariadb", "10.11", "", id="one of two"),
        pytest.param((), "mysql", "mariadb", "10.11", "", id="mysql:// on MariaDB"),
        pytest.param((), "mariadb", "mysql", "8.4.3", "mariadb:// needs MariaDB", id="mariadb:// on MySQL"),
        pytest.param(("mysql>=9",), "mariadb", "mariadb", "10.11", "", id="a pin of another dialect's"),
        pytest.param(("mysql>=9",), "postgresql", "postgresql", "15.18", "", id="a pin of a third"),
        pytest.param(("mysql>=9",), "oracle", "oracle", "23.4", "", id="no server of ours"),
    ],
)  # fmt: skip
def test_refuses(engines, dialect, server, version, why):
    assert Pins(engines).refuse(dialect, server, version) == why


def test_a_version_that_is_none():
    with pytest.raises(ScratchError) as refused:
        Pins(("postgresql>=15",)).refuse("postgresql", "postgresql", "16-custom build")
    assert (
        refused.value.message
        == "PostgreSQL calls its version 16-custom build, which no pin can be compared with."
    )
    assert refused.value.hint == "Leave the setting engine out."
