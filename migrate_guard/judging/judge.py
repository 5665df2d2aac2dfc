"""The way of a case to a report: every environment, in the order that costs least."""

import datetime
from dataclasses import dataclass, replace

from migrate_guard import questions
from migrate_guard.advice import full_disk
from migrate_guard.checks import accepted, find
from migrate_guard.checks.drift import older_differences, stage, write
from migrate_guard.checks.facts import Facts
from migrate_guard.checks.gone import explaining
from migrate_guard.checks.graph import older_heads
from migrate_guard.checks.unimported import older_modules
from migrate_guard.environments import none_found
from migrate_guard.errors import GuardError
from migrate_guard.findings import baseline
from migrate_guard.findings.finding import ERROR, Finding, Report, Verdict
from migrate_guard.findings.remedy import Request, Unanswered, Write
from migrate_guard.judging import merges
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import gather, looked_at_again
from migrate_guard.judging.old import Past
from migrate_guard.judging.scope import WORKING_TREE, Scope
from migrate_guard.judging.untouched import can_belong, changed, unread
from migrate_guard.schema.words import message

_UNREAD = "{} was not judged again: nothing that it reads is changed."
_NOT_LOOKED_FOR = "models that no env.py imports were not looked for: the environment that could not be checked may import them."


@dataclass(frozen=True)
class _Part:
    """What one environment, by its name, adds to the report, or what kept it from being judged (``failure``).

    ``whole``: all that there is has been seen; ``found`` are then the fingerprints of that. ``notes`` are of how it was
    seen, and ``scripts`` see Look.
    """

    environment: str
    findings: tuple[Finding, ...] = ()
    failure: GuardError | None = None
    facts: Facts | None = None
    notices: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    older: tuple[str, ...] = ()
    whole: bool = False
    found: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    scripts: str = ""


def report(case: Case, scope: Scope = WORKING_TREE) -> Report:
    """Findings, failures and verdicts of every environment; ``scope`` says what of it is old."""
    subject, past = case.subject, Past(case, scope)
    same = unread(case, scope.old) if scope.hook else {}
    parts = [_part(case, scope, past, one) for one in subject.environments if one.name not in same]
    not_touched = _not_touched(subject, scope, [part.environment for part in parts if part.failure])
    failures = [
        (part.environment, part.failure)
        for part in parts
        if part.failure and part.environment not in not_touched
    ]
    failures += none_found.unclaimed(subject.source, subject.settings.exclude, subject.environments)
    whole = not (failures or same) and all(part.whole for part in parts)
    skipped = [_skipped(part) for part in parts if part.environment in not_touched]
    # in a hook, what has gone is no business of this commit's
    seen = {mark for part in parts for mark in part.found} if whole and not scope.before else None
    known = [part.facts for part in parts if part.facts]
    notes = dict.fromkeys(note for part in parts for note in part.notes)
    if len(parts) > 1 and any(part.failure for part in parts):
        notes[_NOT_LOOKED_FOR] = None
    notes.update(dict.fromkeys(_UNREAD.format(name) for name in same))
    drifting = [facts for facts in known if facts.differing]
    findings = _in_one([one for part in parts for one in part.findings], drifting)
    _remember(case, parts, same)
    return Report(
        subject.source.label,
        findings=(*findings, *accepted.recorded(case.baseline, seen, datetime.date.today())),
        failures=tuple(failures),
        verdicts=tuple(verdict for part in parts for verdict in part.verdicts),
        notices=(*(notice for part in parts for notice in part.notices), *notes),
        suggestion=message(drifting[0].differing) if len(drifting) == 1 else "",
        older=(*(line for part in parts for line in part.older), *skipped),
        recordable=_recordable(case, [part.facts for part in parts if part.facts and part.whole]),
        whole=whole,
        questions=tuple(one for facts in known for one in _unanswered(facts)),
        places=case.places({part.environment: part.scripts for part in parts}),
        checkout=scope.checkout,
    )


def _not_touched(subject, scope, failed):
    """The names of those that ``failed`` to be checked and that a commit, which a hook wants judged, cannot have touched."""
    if not (failed and scope.hook and scope.old):
        return set()
    paths = changed(subject.source, scope.old)
    return {
        one.name
        for one in subject.environments
        if one.name in failed and not any(can_belong(path, one, subject.environments) for path in paths)
    }


def _remember(case, parts, same):
    """For the next hook: what those read in which nothing is wrong."""
    records = dict(same)
    for part in parts:
        well = part.whole and not part.older and all(one.severity != ERROR for one in part.findings)
        if well and part.facts:
            records[part.environment] = case.read(part.facts.environment, part.facts.observation)
    for one in case.subject.environments:
        if one.name in records:
            case.remember(one, records[one.name])


def _skipped(part):
    return f"{part.environment} was not checked: {part.failure.message.rstrip('.')}. No file that this commit changes belongs to it."


def _part(case, scope, past, environment):
    look = None
    try:
        history = case.history(environment)
        if history.graph.replayable or not history.is_whole:
            look = case.first(environment)
        if look and look.failure:
            known = find(gather(case, environment, history, scope=scope)) if history.is_whole else []
            part = _Part(environment.name, tuple(known), failure=full_disk.explained(look.failure))
        else:
            part = _judged(case, scope, past, environment, history, look)
    except GuardError as error:
        part = _Part(environment.name, failure=full_disk.explained(error))
    return replace(part, notes=(*look.notes, *part.notes), scripts=look.scripts) if look else part


def _judged(case, scope, past, environment, history, look):
    """Raises GuardError."""
    seen = look.seen() if look else None
    facts, notices = gather(case, environment, history, look, scope), []
    notes: tuple[str, ...] = ()
    if scope.before and seen and facts.has_new:
        facts, notices = past.told(facts, look)
    if seen and not seen.upgrade_failed:
        # a change of what migrations take from the project shows against an earlier commit alone, whoever asks
        earlier = past if scope.before else Past(case, Scope(old=case.before))
        facts = replace(facts, moved=earlier.moved(facts, look), old=replace(facts.old, before=scope.before))
    if look:
        facts, notes = looked_at_again(case, facts, look)
    notices += [f"{one.path}: {one.why}; Alembic's own reading was used." for one in history.unreadable]
    whole = bool(seen and not seen.upgrade_failed)
    if whole and not scope.hook:  # which does not show what blocks nothing
        joined = list(merges.new(case, facts.graph))
        notices += merges.from_each(case, environment, look, joined) if joined else []
    older = older_differences(facts), older_modules(facts), older_heads(facts)
    name = f"{environment.name}: " if len(case.subject.environments) > 1 else ""
    return _Part(
        environment.name,
        tuple(find(facts)),
        facts=facts,
        notices=tuple(notices),
        verdicts=(_verdict(facts),) if whole else (),
        older=tuple(f"{name}{line}" for line in older if line),
        whole=whole,
        found=_found(case, facts) if whole else frozenset(),
        notes=notes,
    )


def _found(case, facts):
    """The fingerprints of all that is there; a step does not show whether older drift has gone."""
    recorded = {one.fingerprint for one in case.baseline} if facts.step else ()
    return frozenset({*accepted.found(facts), *recorded})


def _recordable(case, known):
    """What a baseline may be for."""
    place = " ({})" if len(case.subject.environments) > 1 else ""
    found = {one.fingerprint: one.what for one in case.baseline if any(facts.step for facts in known)}
    for facts in known:
        for mark, what in accepted.recordable(facts).items():
            found.setdefault(mark, what + place.format(facts.environment.name))
    return found


def _in_one(findings, drifting):
    """One command for all that is missing; several environments get a message each."""
    if len(drifting) < 2:
        return findings
    remedy = Write(Request(staged=any(write(facts).request.staged for facts in drifting)))
    return [replace(one, remedy=remedy) if isinstance(one.remedy, Write) else one for one in findings]


def _unanswered(facts):
    asked = questions.find(facts.new_operations, facts.observation.described) if facts.observation else []
    if asked and not (stage(facts) or explaining(facts)):
        yield Unanswered(facts.environment.name, tuple(asked), write(facts, several=True))


def _verdict(facts):
    observation, ready = facts.observation, facts.observation.ready
    before = facts.graph.before([start.revisions if start else [] for start in observation.starts])
    versions = f"Python {ready.python}, SQLAlchemy {ready.sqlalchemy}, Alembic {ready.alembic}"
    engines = ", ".join(dict.fromkeys(observation.engines))
    remarks = [
        f"autogenerate's opinion alone, since no database can be built from the models: {one.error}"
        for one in observation.not_built
    ]
    if observation.overruled:
        remarks.append(f"{observation.overruled} of autogenerate's points are none to the database")
    if observation.left_out:
        remarks.append(f"{observation.left_out} left out by env.py")
    known = accepted.left_alone(facts)
    if known:
        remarks.append(f"{known} accepted in {baseline.FILE}")
    if observation.ignored:
        remarks.append(f"{len(observation.ignored)} ignored by the models themselves")
    if observation.by_application:
        remarks.append(f"{len(observation.by_application)} left to the application (by_application)")
    if facts.step:
        before = facts.step.revisions & facts.graph.by_id.keys()
        remarks.append(facts.step.said)
    return Verdict(
        facts.environment.name, len(facts.graph.revisions) - len(before), observation.tables, engines, versions, tuple(remarks),
        differ=bool(facts.operations or facts.taken_out or facts.moved or (facts.strict and facts.extras)), start=facts.start,
    )  # fmt: skip
