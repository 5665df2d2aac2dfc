"""What is to be written, by what was seen: decided while the worker waits for its orders."""

from dataclasses import replace

from migrate_guard.checks import find
from migrate_guard.checks.facts import Facts, Old
from migrate_guard.findings.finding import ERROR, Finding
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Look
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import gather
from migrate_guard.protocol.messages import Orders, Renaming
from migrate_guard.questions.decide import Decider
from migrate_guard.repository.revisions import History
from migrate_guard.schema import verdict
from migrate_guard.schema.needed import needs
from migrate_guard.schema.words import message


def decide(
    case: Case,
    environment: Environment,
    history: History,
    decider: Decider,
    look: Look,
    old: Old,
) -> Orders | Renaming | None:
    """What comes next, see Decider.orders; None also where nothing is to be written. ``look`` holds what was told.

    ``decider`` knows what a person has answered, ``old`` is not written, but for what something new needs.
    """
    seen = look.seen()
    judged = case.counting(seen)
    strict = case.subject.settings.strict
    # Modules that nobody imports come later: others may have to be looked at, and the databases are this one's.
    known = replace(look, observation=replace(judged, loaded=None))
    facts = replace(gather(case, environment, history, known), old=old)
    needed = needs(facts.new_operations, facts.old_operations, judged.described)
    older = [one for one in facts.old_operations if one not in needed]
    # What the project itself puts into each revision is no difference, and goes with those that there are.
    own = [one for one in older if not one.kind and one.name.startswith("operation ")]
    taken_out = [one for one in judged.extras if one.identity in old.had and one not in facts.old_extras]
    extras = [one for one in judged.extras if one not in facts.old_extras] if strict else taken_out
    missing = [one for one in (*judged.operations, *extras) if one not in older]
    if not (missing or decider.renamed) or in_the_way(facts):
        return None
    omit = [
        *verdict.overruled(seen),
        *case.accept(seen).left_alone,
        *(one for one in older if not (one.by_hand or one in own)),
    ]
    alone = {_thing(one) for one in (*judged.left_alone, *older, *facts.old_extras)}
    add = [one for one in verdict.unwritten(seen, strict, taken_out) if _thing(one) not in alone]
    decider.needed.update(needed)
    said = message(missing, decider.renamed)
    return decider.orders(seen, Orders(said, tuple(omit), tuple(add)), older)


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
