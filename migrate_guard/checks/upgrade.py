"""Can every revision be replayed?"""

from migrate_guard.checks.facts import Facts
from migrate_guard.findings import Finding

_BATCH = "SQLite cannot alter that in place: use op.batch_alter_table, or render_as_batch=True in env.py."
_NAMES = "Give MetaData a naming_convention, so that constraints have names: Alembic's documentation has one."
# What Alembic, SQLite and the templates of revisions are known to say, and the way out
_ADVICE = (
    ('near "ALTER"', _BATCH),
    ("No support for ALTER of constraints in SQLite", _BATCH),
    ("Constraint must have a name", _NAMES),
    ("name 'sqlmodel' is not defined", "Add 'import sqlmodel' to script.py.mako in the script directory."),
)


def upgrade(facts: Facts) -> list[Finding]:
    failed = facts.observation and facts.observation.upgrade_failed
    if not failed:
        return []
    advice = [way for words, way in _ADVICE if words in failed.error][:1]
    return [
        Finding(
            "upgrade-fails",
            facts.environment.name,
            f"revision {failed.revision} raises when it is replayed on an empty database.",
            detail=(*failed.error.splitlines(), *advice),
            path=failed.path,
            line=failed.line,
        )
    ]
