"""Can every revision be replayed?"""

from migrate_guard.advice import database
from migrate_guard.checks import rivals
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
            detail=(*failed.error.splitlines(), *_since(facts.broken), *filter(None, [rivals.told(facts)])),
            hint=database.for_revision(failed.error, facts.scratch_setup),
            path=failed.path,
            line=failed.line,
        )
    ]


def _since(broken):
    """Since when."""
    if not broken:
        return
    ran = " and ".join(broken.ran)
    if len(broken.ran) > 1:
        yield f"The migrations of {ran} each run on an empty database. Together they fail."
    elif not broken.by:
        yield f"The migrations of {ran} run on an empty database. With this change they fail."
    elif broken.about:
        yield f"All migrations ran at {ran}. At {broken.by} one fails: a commit between the two broke it."
    else:
        yield f"Commit {broken.by} broke it. All migrations ran at {ran}."
