"""The scratch databases of one observation: which is the judged one of the project, and what a step takes over."""

import pytest

from migrate_guard.errors import ConfigError, ScratchError
from migrate_guard.protocol.messages import ATTACHED, CONFIGURED, JUDGED, OPENED, THROWAWAY, ScratchWanted
from migrate_guard.scratch.ladder import Ladder, Needs
from migrate_guard.scratch.starts import Start

ONE, OTHER = "sqlite:///app.db", "sqlite:///renamed.db"
FILE = "file:///srv/billing.db"


def asked(url, origin=CONFIGURED, purpose=JUDGED):
    return ScratchWanted("sqlite", "pysqlite", url, purpose=purpose, url=url, origin=origin)


@pytest.fixture
def databases(tmp_path):
    def made(*starts):
        return Ladder(str(tmp_path), str(tmp_path / "templates"), {}).databases(Needs(starts=starts))

    return made


@pytest.mark.parametrize(
    ("more", "is_clear"),
    [
        pytest.param(asked("/srv/billing.db", ATTACHED), True, id="a path is attached"),
        pytest.param(asked(FILE, ATTACHED), True, id="a URI is attached"),
        pytest.param(asked(FILE, OPENED, THROWAWAY), True, id="the project opens it"),
        pytest.param(asked(OTHER), False, id="another engine"),
        pytest.param(asked("billing.db"), False, id="another engine, whatever its URL looks like"),
    ],
)
def test_only_a_configured_database_begins_with_a_start(databases, more, is_clear):
    given = databases(Start(("a",), "start.sql", "CREATE TABLE a (b);"))
    first = given.new(asked(ONE))
    assert (first.judged, first.start.revisions) == (True, ["a"])
    if is_clear:
        second = given.new(more)
        assert (second.judged, second.start) == (False, None)
        assert second.address != first.address
        assert given.judged(ONE) == first
    else:
        with pytest.raises(ConfigError, match="there are several"):
            given.new(more)


def test_a_step_takes_each_file_over_in_its_place(databases):
    """Of the one database that is configured the URL may have changed; a file that is attached anew is a new one."""
    given = databases()
    first, file = given.new(asked(ONE)), given.new(asked(FILE, ATTACHED))
    given.hand_over()
    assert given.new(asked("file:///srv/more.db", ATTACHED)).address not in (first.address, file.address)
    assert given.new(asked(OTHER)).address == first.address
    assert given.new(asked(FILE, ATTACHED)).address == file.address
    given.require_taken()


def test_a_step_that_leaves_a_file_alone(databases):
    """It was attached, and is no more: that is no database which nobody can place."""
    given = databases()
    given.new(asked(ONE)), given.new(asked(FILE, ATTACHED))
    given.hand_over()
    given.new(asked(ONE)), given.new(asked(OTHER))
    given.require_taken()


def test_a_step_between_databases_that_nobody_can_tell_apart(databases):
    given = databases()
    given.new(asked(ONE)), given.new(asked(OTHER))
    given.hand_over()
    given.new(asked("sqlite:///third.db"))
    with pytest.raises(ScratchError, match="the step starts in sqlite:///app.db, sqlite:///renamed.db, and"):
        given.require_taken()
