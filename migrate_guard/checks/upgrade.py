"""Can every revision be replayed?"""

from migrate_guard.advice import database
from migrate_guard.checks.facts import Facts
from migrate_guard.findings.finding import Finding


def upgrade(facts: Facts) -> list[Finding]:
    failed = facts.observation and facts.observation.upgrade_failed
    if not failed:
        return []
    return [
        Finding(
            "upgrade-fails",
            facts.environment.name,
            f"revision {failed.revision} raises when it is replayed {facts.start or 'on an empty database'}.",
            detail=tuple(failed.error.splitlines()),
            hint=database.for_revision(failed.error, facts.scratch_setup),
            path=failed.path,
            line=failed.line,
        )
    ]
