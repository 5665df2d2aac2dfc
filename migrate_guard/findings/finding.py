"""What is wrong with a commit, as data; how it reads is the business of report/."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from migrate_guard.errors import GuardError
from migrate_guard.findings.remedy import Place, Remedy, Unanswered
from migrate_guard.protocol.messages import Operation
from migrate_guard.questions import Question

ERROR = "error"
NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing that a source has wrong.

    ``fact`` is one sentence, ``operations`` are what it is about, ``unsteady`` those of them that another import of the
    models does not lead to, ``detail`` further lines, ``remedy`` the one command that mends it. ``hint`` is a way
    out that takes more than a command: a sentence, then lines to paste. ``path`` is relative to the repository;
    ``line`` counts from 1. ``written``: a revision that fix writes mends it, once ``asked`` is answered.
    """

    name: str
    environment: str
    fact: str
    severity: str = ERROR
    detail: tuple[str, ...] = ()
    remedy: Remedy | None = None
    path: str = ""
    line: int = 0
    hint: str = ""
    written: bool = False
    asked: tuple[Question, ...] = ()
    operations: tuple[Operation, ...] = ()
    unsteady: tuple[Operation, ...] = ()
    unsteady_migrations: bool = False

    def as_note(self, why: str) -> "Finding":
        return replace(
            self, severity=NOTE, fact=f"{self.fact.rstrip('.')} ({why}).", remedy=None, written=False
        )


@dataclass(frozen=True)
class Verdict:
    """What was verified of one environment that gave an answer: who judged, on what.

    ``revisions`` counts those that were run; ``start`` says where the replay began, "" at the base.
    """

    environment: str
    revisions: int
    tables: int = 0
    engine: str = ""
    versions: str = ""
    remarks: tuple[str, ...] = ()
    differ: bool = False
    start: str = ""


@dataclass(frozen=True)
class Report:
    """The one result of a run: everything that the renderings and the exit code need.

    ``failures`` are the environments that could not be checked, with the GuardError that says why. ``suggestion``
    is a message for the missing revision. ``older`` says in a line each what was there before, or is no matter of this
    commit. ``recordable`` are the fingerprints of what a baseline may record, and what each is in words; ``whole``: nothing was left unseen.
    ``questions`` are what a person has to answer before a revision can be written. ``places`` has for each environment,
    by its name, where its remedies are typed. ``checkout`` is what has to be checked out before, "" where it is.
    """

    source: str
    findings: tuple[Finding, ...] = ()
    failures: tuple[tuple[str, GuardError], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    notices: tuple[str, ...] = ()
    suggestion: str = ""
    older: tuple[str, ...] = ()
    recordable: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    questions: tuple[Unanswered, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    checkout: str = ""

    @property
    def errors(self) -> list[Finding]:
        return [f for f in self.findings if f.severity == ERROR]

    @property
    def notes(self) -> list[Finding]:
        return [f for f in self.findings if f.severity == NOTE]

    @property
    def exit_code(self) -> int:
        if self.failures:
            return 2
        return 1 if self.errors else 0


def counted(number: int, noun: str) -> str:
    """The number with its noun, which takes an s in the plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
