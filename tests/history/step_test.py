"""Why a step is judged in the place of a replay, and how that is said."""

import pytest

from migrate_guard.history.step import Step, is_of_settings, why
from migrate_guard.protocol.messages import BuiltFromModels, UpgradeFailed
from migrate_guard.protocol.observation import Observation

FAILED = UpgradeFailed(
    "aaaa", "versions/aaaa.py", 9, "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: user\n[SQL]"
)  # fmt: skip
BUILT = BuiltFromModels("versions/bbbb.py", 9, ["user"], "bbbb")
BY_ENV_PY = BuiltFromModels("migrations/env.py", 9, ["user"])


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (Observation(), ""),
        (Observation(upgrade_failed=FAILED), "revision aaaa fails on an empty database: no such table: user"),
        (Observation(built=(BUILT,)), "revision bbbb builds from the models as they are now"),
        (Observation(built=(BY_ENV_PY,)), "migrations/env.py builds from the models as they are now"),
    ],
)
def test_why(seen, reason):
    assert why(seen, frozenset(["aaaa", "bbbb"])) == reason


def test_new_revisions_are_the_commits_own():
    seen = Observation(upgrade_failed=FAILED, built=(BUILT,))
    assert why(seen, frozenset(["cccc"])) == ""
    # Tables that an old revision builds from the models are there already for the new one.
    assert why(seen, frozenset(["bbbb"])) == "revision bbbb builds from the models as they are now"


def test_a_revision_known_by_its_file_alone():
    assert why(Observation(upgrade_failed=FAILED), frozenset(["versions/aaaa.py"])).startswith(
        "revision aaaa"
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("oslo_config.cfg.NoSuchOptError: no such option saml in group [DEFAULT]", True),
        ("decouple.UndefinedValueError: SECRET_KEY not found.", True),
        ("configparser.NoOptionError: No option 'url' in section: 'alembic'", True),
        ("ModuleNotFoundError: No module named 'saml'", True),
        ("RuntimeError: Working outside of application context.", True),
        ("sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: user", False),
        ("alembic.util.exc.CommandError: no", False),
        ("asyncpg.exceptions.UndefinedTableError: no", False),
        ("TypeError: 'NoneType' object is not subscriptable", False),
        ("KeyError: 'name'", False),
        ("json.decoder.JSONDecodeError: Expecting value", False),
        ("no class: at all", False),
        ("", False),
    ],
)
def test_what_no_database_has(error, expected):
    assert is_of_settings(error) == expected


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            Step("0123456789", because="it fails"),
            "it fails; judged instead: the step from 01234567, in which",
        ),
        (Step("0123456789"), "judged was the step from 01234567, in which"),
        (
            Step("0123456789", edited=("aaaa",)),
            "judged was the step from 01234567 (before aaaa, which has changed), in which",
        ),
    ],
)
def test_what_is_said(step, said):
    assert step.said == f"{said} older drift cannot be seen"
