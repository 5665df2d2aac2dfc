"""Can every revision be replayed?"""

from migrate_guard.checks.facts import Facts
from migrate_guard.findings import Finding

# what SQLite and Alembic's SQLite dialect say
_CANNOT_ALTER = ('near "ALTER"', "No support for ALTER of constraints in SQLite")
_BATCH = "SQLite cannot alter that in place: use op.batch_alter_table, or render_as_batch=True in env.py."


def upgrade(facts: Facts) -> list[Finding]:
    failed = facts.observation and facts.observation.upgrade_failed
    if not failed:
        return []
    advice = (_BATCH,) if any(words in failed.error for words in _CANNOT_ALTER) else ()
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
