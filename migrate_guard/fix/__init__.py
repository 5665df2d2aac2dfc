"""The revision that a source lacks: written into the snapshot and proved there; nothing of the user's is touched."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from migrate_guard.checks.facts import Old
from migrate_guard.errors import GuardError
from migrate_guard.findings.finding import Finding, Report
from migrate_guard.findings.remedy import Downgrade, Join, Request, Unanswered, Write
from migrate_guard.fix import amend, rows
from migrate_guard.fix.decision import decide, in_the_way
from migrate_guard.fix.heads import can_be_joined, join, offered
from migrate_guard.fix.proof import not_compared, prove
from migrate_guard.fix.scope import folder, wanted
from migrate_guard.judging import old
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import gather
from migrate_guard.judging.merges import from_each
from migrate_guard.protocol import messages
from migrate_guard.questions import Question
from migrate_guard.questions.answers import Answers
from migrate_guard.questions.decide import Decider, Decisions
from migrate_guard.schema.words import what

# Gets an answer out of a person, None where there is none
Ask: TypeAlias = Callable[[Question], Answers | None]


@dataclass(frozen=True)
class File:
    """A revision file, ``path`` relative to the repository.

    ``environment`` is the name of the one that it belongs to.
    ``ran`` are the statements that it ran while it was proved. ``found`` is why it is not proved, and ``raises``: its
    text says so already. ``amends`` is the id of the revision that it is a new text for, ``back`` what leads below that.
    ``tested``: over which rows it was proved.
    """

    environment: str
    path: str
    content: bytes
    ran: tuple[messages.Ran, ...] = ()
    found: tuple[Finding, ...] = ()
    raises: bool = False
    amends: str = ""
    back: Downgrade | None = None
    tested: rows.Tested = rows.Tested()

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


@dataclass(frozen=True)
class Missing:
    """What was made: ``files`` are proved where ``report`` has no errors; ``models`` are the paths of what they are for.

    ``answers`` are all that were given, with the command or since then.
    """

    report: Report
    files: tuple[File, ...] = ()
    models: frozenset[str] = frozenset()
    answers: Answers = Answers()


@dataclass(frozen=True)
class _Part:
    """What is made for one environment, by its name, or kept from being made. ``scripts`` see Look."""

    environment: str
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    models: frozenset[str] = frozenset()
    scripts: str = ""


def is_all(case: Case, report: Report) -> bool:
    """Whether a new revision would mend all that the report has, and can be written without further questions."""
    if (
        report.exit_code != 1
        or report.questions
        or not all(isinstance(one.remedy, Write) for one in report.errors)
    ):
        return False
    drifting = {finding.environment for finding in report.errors}
    lacking = [environment for environment in case.subject.environments if environment.name in drifting]
    return all(len(case.history(environment).graph.heads) < 2 for environment in lacking)


def make(case: Case, request: Request, ask: Ask = lambda question: None) -> Missing:
    """A revision for each environment of the Case's source that lacks one.

    ``ask`` gets Answers to a Question out of a person, None where there are none. Raises ConfigError where an answer fits
    no question.
    """
    decisions = Decisions(request.answers, ask)
    parts, questions = [], []
    for environment in wanted(case, request):
        decider = Decider(decisions)
        parts.append(_made(case, environment, request, decider))
        if decider.open:
            remedy = Write(replace(request, answers=decisions.answers))
            questions.append(Unanswered(environment.name, tuple(decider.open), remedy))
    decisions.require_fit()
    report = Report(
        case.subject.source.label,
        findings=tuple(one for part in parts for one in part.findings),
        notices=tuple(one for part in parts for one in part.notices),
        questions=tuple(questions),
        places=case.places({part.environment: part.scripts for part in parts}),
    )
    files = tuple(file for part in parts for file in part.files)
    models = frozenset(path for part in parts for path in part.models)
    return Missing(report, files, models, decisions.answers)


def _made(case, environment, request, decider):
    history = case.history(environment)
    found = in_the_way(gather(case, environment, history)) if history.is_whole else []
    look, drafts, amended = None, [], None
    before, notices = Old(), []
    if not found:
        if request.amend:
            amended = amend.newest(case, history, request.head)
            request = replace(request, head=amended.id)
        look, drafts, before, notices = _write(case, environment, history, request, decider)
        found = in_the_way(gather(case, environment, history, look))
    if request.merge is not None and can_be_joined(found):
        joined = join(case, environment, request)
        look, drafts, before, notices = _write(
            case, environment, history, replace(request, message=""), decider
        )
        drafts = [joined, *drafts]
        found = in_the_way(gather(case, environment, history, look))
    written = [one for draft in drafts for one in draft.written]
    scripts = look.scripts if look else ""
    if look is None or found or decider.open or not written:
        return _Part(
            environment.name,
            tuple(offered(found, _join(case, environment, request))),
            tuple(notices),
            scripts=scripts,
        )
    snapshot = drafts[0].root
    uncertain = tuple(dict.fromkeys(text for one in written for text in one.uncertain))
    if amended:
        written = _fold(snapshot, amended, written)
    amends: tuple[str, Downgrade | None] = (amended.id, _below(amended)) if amended else ("", None)
    if uncertain:
        undecided = _undecided(environment, uncertain)
        files = [
            File(environment.name, one.path, _read(snapshot, one.path), (), (undecided,), True, *amends)
            for one in written
        ]
        return _Part(environment.name, (undecided,), files=tuple(files), scripts=scripts)
    ids = [one.revision for one in written]
    proved, found = prove(case, environment, history, look, ids, before)
    tested = rows.Tested()
    if not found:
        wanted = rows.order(look, proved, ids, decider.renamed, decider.answers)
        tested = rows.run(case, environment, look, wanted, own=not (amended or request.merge is not None))
        found = list(tested.findings)
    joined_heads = _joined(history, request) if request.merge is not None and not found else []
    ends = from_each(case, environment, look, joined_heads) if joined_heads else []
    remarks = [remark.text for draft in drafts for remark in draft.remarks]
    files = [
        File(
            environment.name,
            one.path,
            _read(snapshot, one.path),
            tuple(proved.ran),
            tuple(found),
            False,
            *amends,
            tested,
        )
        for one in written
    ]
    return _Part(
        environment.name,
        tuple(found),
        () if found else (*notices, *remarks, *not_compared(proved, look.step), *ends, *tested.notes),
        tuple(files),
        frozenset(decider.paths | _models(case, look.seen().operations)),
        scripts,
    )


def _joined(history, request):
    named = [history.graph.find(name) for name in request.merge if name != "heads"]
    return [one.id for one in (filter(None, named) if named else history.graph.heads)]


def _models(case, operations):
    """Where the models are: a dropped table has no line any more, so any edited Python file may be where it was."""
    known = {operation.path for operation in operations}
    edited = {path for path in case.unstaged() if path.endswith(".py")} if "" in known else set()
    return (known - {""}) | edited


def _write(case, environment, history, request, decider):
    """(the look, the drafts, what is Old, notices): one draft if there is something to write and nothing in the way."""
    order = messages.WriteOrder(
        message=request.message,
        head=request.head,
        splice=request.splice,
        branch=request.branch,
        version_path=folder(case, request.version_path),
    )
    with case.writing(environment, order) as (session, look):
        facts = gather(case, environment, history, _counting(case, look))
        if request.include_old or not facts.has_new or not case.before or old.was_clean(case, facts):
            look, drafts = _ordered(case, environment, history, decider, session, look, Old())
            return _counting(case, look), drafts, Old(), []
    # the commit before is looked at first, for which nothing else may be open
    before, notices = old.before(case, facts, look)
    facts = replace(facts, old=before)
    count = len(facts.old_operations) + (len(facts.old_extras) if facts.strict else 0)
    if count and not facts.differing and not _brings_revision(case, environment, history):
        notices.append(f"{_points(count)} there before already, at the last commit.")
        before = Old(had=before.had)
    with case.writing(environment, order) as (session, look):
        look, drafts = _ordered(case, environment, history, decider, session, look, before)
    left = count - len(decider.needed)
    if before.points and left:
        notices.append(f"{_points(left)} there before and not written: migrate-guard fix --include-old")
    for operation in sorted(decider.needed, key=lambda one: one.identity[1:4]):
        notices.append(f"{what(operation)} was missing before, and is written too: something new needs it.")
    return _counting(case, look), drafts, before, notices


def _points(count):
    return "1 difference was" if count == 1 else f"{count} differences were"


def _brings_revision(case, environment, history):
    changed = case.subject.source.changed_since(case.subject.repo.head)
    own = {one.path for one in history.graph.revisions}
    return bool(own & {*changed}) or any(one.state != "left out" for one in history.on_disk)


def _ordered(case, environment, history, decider, session, look, before):
    decided = decide(case, environment, history, decider, look, before)
    while isinstance(decided, messages.Renaming):
        look = replace(look, observation=session.rename(decided.renames))
        decided = decide(case, environment, history, decider, look, before)
    return look, [session.write(decided)] if decided else []


def _counting(case, look):
    return replace(look, observation=case.counting(look.seen()))


def _fold(snapshot, amended, written):
    """In the snapshot: the text of each of ``written`` goes into the file of ``amended``, which is what is then written.

    Raises GuardError.
    """
    text = _read(snapshot, amended.path).decode()
    for one in written:
        try:
            text = amend.folded(text, _read(snapshot, one.path).decode())
        except amend.CannotFold as error:
            raise GuardError(
                f"{amended.path} cannot be amended: {error}.",
                hint="Write a revision of its own: migrate-guard fix",
            ) from None
        os.unlink(os.path.join(snapshot, one.path))
    with open(os.path.join(snapshot, amended.path), "w", newline="") as file:
        file.write(text)
    return [messages.Written(amended.path, amended.id)]


def _read(snapshot, path):
    with open(os.path.join(snapshot, path), "rb") as file:
        return file.read()


def _join(case, environment, request):
    several = len(case.subject.environments) > 1
    return Join((environment.name or ".") if several else "", request.staged)


def _below(amended):
    return Downgrade(amended.down_revisions[0] if amended.down_revisions else "base")


def _undecided(environment, texts):
    points = "1 point" if len(texts) == 1 else f"{len(texts)} points"
    return Finding(
        "drift",
        environment.name,
        f"{points} of the new revision can be decided by nobody but you.",
        detail=texts,
    )
