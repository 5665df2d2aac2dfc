"""What is to be written, once the worker has told what it saw: decided while it waits for its orders."""

from dataclasses import replace

from migrate_guard.checks import find
from migrate_guard.checks.drift import message
from migrate_guard.findings.finding import ERROR
from migrate_guard.protocol.messages import Orders
from migrate_guard.schema import verdict


class Decision:
    """Answers what a worker asks before it writes: the ``orders`` of Observer.observe, for one environment.

    ``decider`` knows what a person has answered.
    """

    def __init__(self, judge, environment, history, decider):
        self._judge, self._environment, self._history = judge, environment, history
        self._decider = decider

    def __call__(self, seen) -> Orders:
        """``seen`` is all of the Observation but what had been imported in the end."""
        left_alone = self._judge.accept(seen)
        judged = self._judge.accept(verdict.confirm(seen))
        strict = self._judge.settings.strict
        missing = [*judged.operations, *(judged.extras if strict else ())]
        lacking = missing or self._decider.renamed
        if not lacking or in_the_way(self._judge.facts(self._environment, self._history, judged)):
            return Orders(False)
        omit = [*verdict.overruled(seen), *left_alone.ignored, *left_alone.accepted]
        alone = {_thing(one) for one in (*judged.ignored, *judged.accepted)}
        add = [one for one in verdict.unwritten(seen, strict) if _thing(one) not in alone]
        said = message(missing, self._decider.renamed)
        return self._decider.orders(seen, Orders(True, said, omit, add))


def _thing(one):
    return one.database, one.kind, one.table, one.name, one.attribute


def in_the_way(facts):
    """All errors, where there is one that no new revision mends."""
    found = errors(facts)
    return [] if all(finding.written for finding in found) else found


def errors(facts):
    # A module that nobody imports is no reason to write nothing, unless its tables would be dropped.
    dropping = tuple(module for module in facts.unimported if module.dropped)
    return [finding for finding in find(replace(facts, unimported=dropping)) if finding.severity == ERROR]
