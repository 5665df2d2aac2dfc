"""What is to be written, by what was seen: decided while the worker waits for its orders."""

from dataclasses import replace

from migrate_guard.checks import find
from migrate_guard.checks.facts import Facts
from migrate_guard.findings.finding import ERROR, Finding
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Look
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import gather
from migrate_guard.protocol.messages import Orders, Renaming
from migrate_guard.questions.decide import Decider
from migrate_guard.repository.revisions import History
from migrate_guard.schema import verdict
from migrate_guard.schema.words import message


def decide(
    case: Case,
    environment: Environment,
    history: History,
    decider: Decider,
    look: Look,
    had: frozenset[tuple[object, ...]],
) -> Orders | Renaming | None:
    """What comes next, see Decider.orders; None also where nothing is to be written. ``look`` holds what was told.

    ``decider`` knows what a person has answered, ``had`` see Old.
    """
    seen = look.seen()
    judged = case.counting(seen)
    strict = case.subject.settings.strict
    taken_out = [one for one in judged.extras if one.identity in had]
    missing = [*judged.operations, *(judged.extras if strict else taken_out)]
    lacking = missing or decider.renamed
    # Modules that nobody imports come later: others may have to be looked at, and the databases are this one's.
    known = replace(look, observation=replace(judged, loaded=None))
    if not lacking or in_the_way(gather(case, environment, history, known)):
        return None
    omit = [*verdict.overruled(seen), *case.accept(seen).left_alone]
    alone = {_thing(one) for one in judged.left_alone}
    add = [one for one in verdict.unwritten(seen, strict, taken_out) if _thing(one) not in alone]
    said = message(missing, decider.renamed)
    return decider.orders(seen, Orders(said, tuple(omit), tuple(add)))


def _thing(one):
    return one.database, one.kind, one.table, one.name, one.attribute


def in_the_way(facts: Facts) -> list[Finding]:
    """All errors, where there is one that no new revision mends."""
    found = errors(facts)
    return [] if all(finding.written for finding in found) else found


def errors(facts: Facts) -> list[Finding]:
    # A module that nobody imports is no reason to write nothing, unless its tables would be dropped, or nothing is compared.
    dropping = tuple(one for one in facts.unimported if one.dropped or not one.module)
    return [finding for finding in find(replace(facts, unimported=dropping)) if finding.severity == ERROR]
