"""Is what the project leaves alone left alone for a reason, and is it still there?"""

import datetime
from collections.abc import Iterable, Set

from migrate_guard.checks.facts import Facts
from migrate_guard.findings import baseline, fingerprints
from migrate_guard.findings.finding import NOTE, Finding
from migrate_guard.schema.words import what


def ignores(facts: Facts) -> list[Finding]:
    """What the models themselves ignore, and do not say well."""
    found = facts.observation.ignores if facts.observation else []
    wrong = [(one, list(_wrong(one))) for one in found]
    return [_ignore(facts, one, why) for one, why in wrong if why]


def _wrong(ignored):
    names = ", ".join(baseline.IGNORABLE)
    if not ignored.names:
        yield f"does not say with what ({names})"
    unknown = [name for name in ignored.names if name not in baseline.IGNORABLE]
    if unknown:
        yield f"names {', '.join(unknown)}, which it cannot be left alone with ({names} it can)"
    if not ignored.reason:
        yield "gives no reason"


def _ignore(facts, ignored, why):
    named = f"{ignored.table}.{ignored.column}" if ignored.column else ignored.table
    kind = "column" if ignored.column else "table"
    return Finding(
        "unusable-ignore",
        facts.environment.name,
        f"the info of {kind} {named.removeprefix('public.')} wants it left alone, but {' and '.join(why)}.",
        hint='It takes this:\ninfo={"migrate_guard": {"ignore": ["drift"], "reason": "why it may differ"}}',
        path=ignored.path,
        line=ignored.line,
    )


def recorded(entries: Iterable[baseline.Entry], seen: Set[str] | None, today: datetime.date) -> list[Finding]:
    """What of the baseline does not count any more, or does not yet; notes, since what it is for counts instead.

    ``seen`` are the fingerprints of all that was found, None where not all was looked for.
    """
    unreasoned = [one for one in entries if not one.reason]
    expired = [one for one in entries if one.reason and one.is_expired(today)]
    gone = [one for one in entries if seen is not None and one.fingerprint not in seen]
    found = [
        _finding("unusable-ignore", unreasoned, "without a reason: until then, what {they} for counts"),
        _finding("stale-baseline", expired, "whose time is over: what {they} for counts again"),
        _finding("stale-baseline", gone, "for what is gone: migrate-guard baseline takes {them} out"),
    ]
    return [finding for finding in found if finding.detail]


def _finding(name, entries, why):
    one = len(entries) == 1
    why = why.format(they="it is" if one else "they are", them="it" if one else "them")
    return Finding(
        name,
        "",
        f"{baseline.FILE} has {len(entries)} {'entry' if one else 'entries'} {why}.",
        NOTE,
        detail=tuple(
            f"{baseline.FILE}:{entry.line}: {entry.what}{f' (until {entry.until})' if entry.until else ''}"
            for entry in entries
        ),
        path=baseline.FILE,
    )


def recordable(facts: Facts) -> dict[str, str]:
    """What a baseline may record, or accepts already: fingerprint, and in words what it is.

    That is what counts; where a commit decides what is new, what is old.
    """
    seen = facts.observation
    if not seen:
        return {}
    operations, extras = (
        (facts.old_operations, facts.old_extras) if facts.old.before else (seen.operations, seen.extras)
    )
    counting = [*operations, *(extras if facts.strict else ()), *seen.accepted]
    marks = fingerprints.of_operations(counting)
    found = {}
    for operation in counting:
        again = marks[operation] in found
        found[marks[operation]] = f"drift: {_words(operation, again)}"
    found.update((fingerprints.of_built(one), _built(one)) for one in seen.built)
    found.update(
        (fingerprints.of_module(one.tables), f"unimported-models: {', '.join(one.tables)}")
        for one in (facts.old_unimported if facts.old.before else facts.unimported)
    )
    return found


def found(facts: Facts) -> set[str]:
    """The fingerprints of all that a baseline can be for."""
    seen = facts.observation
    assert seen, "nothing is found where nothing was seen"
    operations = fingerprints.of_operations([*seen.operations, *seen.extras, *seen.accepted]).values()
    modules = map(fingerprints.of_module, (one.tables for one in facts.unimported))
    return {*operations, *modules, *map(fingerprints.of_built, seen.built)}


def left_alone(facts: Facts) -> int:
    """How many entries of the baseline are what a finding is not counted for."""
    seen = facts.observation
    assert seen, "nothing is left alone where nothing was seen"
    marks = fingerprints.of_operations(fingerprints.everything(seen))
    used = {marks[operation] for operation in seen.accepted}
    return len(used | (found(facts) & facts.accepted))


def _words(operation, again):
    database = f" (database {operation.database})" if operation.database else ""
    attribute = f" ({operation.attribute})" if operation.kind == "column" and operation.attribute else ""
    side = "alter" if again else operation.direction
    content = f": {operation.content}" if operation.content else ""
    return f"{side} {what(operation)}{attribute}{content}{database}"


def _built(one):
    return f"vacuous-history: {f'revision {one.revision}' if one.revision else 'env.py'}"
