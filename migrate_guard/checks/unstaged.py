"""Does a revision lie on disk that the judged source does not hold?"""

from migrate_guard.checks.facts import Facts
from migrate_guard.findings.finding import ERROR, NOTE, Finding
from migrate_guard.findings.remedy import Stage
from migrate_guard.history.revision import DiskRevision


def unstaged(facts: Facts) -> list[Finding]:
    if facts.by_hand and not facts.graph.replayable:
        return []  # it may be what breaks the history
    severity = ERROR if blocking(facts) else NOTE
    return [_finding(facts, revision, severity) for revision in attached(facts)]


def blocking(facts: Facts) -> bool:
    """Whether a revision on disk is what the judged source lacks."""
    if facts.by_hand or not attached(facts):
        return False
    return bool(facts.new_operations or facts.graph.missing)


def attached(facts: Facts) -> list[DiskRevision]:
    """The revisions on disk that belong to the judged graph: above it, or where it has a gap."""
    known = set(facts.graph.by_id)
    wanted = {reference for _, reference in facts.graph.missing}
    found: list[DiskRevision] = []
    rest = list(facts.on_disk)
    while True:
        more = [
            r
            for r in rest
            if not r.id  # it cannot be read, and may be anything
            or r.id in known | wanted
            or known & set(r.down_revisions)
            or not (known or r.down_revisions)
        ]
        if not more:
            return found
        found += more
        known |= {revision.id for revision in more}
        rest = [revision for revision in rest if revision not in more]


def _finding(facts, revision, severity):
    what = {
        "untracked": "is on disk but was never added to git.",
        "unstaged": "has changes on disk that are not staged.",
        "ignored": "is on disk but git ignores it.",
        "left out": "is staged, but the paths of this commit leave it out: name it too, or none.",
    }[revision.state]
    return Finding(
        "unstaged-revision",
        facts.environment.name,
        f"{f'revision {revision.id}' if revision.id else 'a revision'} {what}",
        severity,
        remedy=_remedy(revision),
        path=revision.path,
    )


def _remedy(revision):
    if revision.state == "left out":
        return None
    return Stage((revision.path,), ignored=revision.state == "ignored")
