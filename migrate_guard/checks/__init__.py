"""Pure: facts in, findings out; one module per question."""

from dataclasses import replace

from migrate_guard.checks.accepted import ignores
from migrate_guard.checks.drift import drift
from migrate_guard.checks.facts import Facts
from migrate_guard.checks.graph import graph
from migrate_guard.checks.irreversible import irreversible
from migrate_guard.checks.unimported import unimported
from migrate_guard.checks.unstaged import unstaged
from migrate_guard.checks.upgrade import upgrade
from migrate_guard.checks.vacuous import vacuous
from migrate_guard.findings.finding import ERROR, Finding

CHECKS = (graph, upgrade, vacuous, unimported, ignores, drift, irreversible, unstaged)


def find(facts: Facts) -> list[Finding]:
    """What every check finds. A new revision is offered only where it would mend all that blocks."""
    findings = [finding for check in CHECKS for finding in check(facts)]
    if all(finding.name == "drift" for finding in findings if finding.severity == ERROR):
        return findings
    return [
        replace(finding, remedy=None, written=False) if finding.name == "drift" else finding
        for finding in findings
    ]
