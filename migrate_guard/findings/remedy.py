"""Pure: what mends a finding, as data; how it is typed, and where, is the business of report/."""

from dataclasses import dataclass

from migrate_guard.history.environment import Environment
from migrate_guard.questions import Question
from migrate_guard.questions.answers import Answers


@dataclass(frozen=True)
class Request:
    """What the person wants of fix.

    ``message`` is made from the operations where empty; ``head`` is the one to build on, where several are intended.

    ``staged``: for the index, not the working tree. ``stage``: add the new files to the index. ``show`` them when
    they are there. ``draft``: put there what cannot be proved, too. ``dry_run`` shows the file, ``sql`` what it runs,
    and nothing is written. ``amend``: fold it into the newest revision.

    ``environment`` is the name of the one that is meant, "" where all are. ``splice``, ``branch`` and ``version_path``,
    as it was typed, are what ``alembic revision`` takes. ``merge``: join heads first, those that it
    names or all of them; None: do not. ``message`` is then that of the merge. ``include_old``: also what was there before.
    ``answers`` are given to questions that nobody has asked yet.
    """

    message: str = ""
    head: str = ""
    staged: bool = False
    stage: bool = True
    show: bool = False
    draft: bool = False
    dry_run: bool = False
    sql: bool = False
    amend: bool = False
    environment: str = ""
    splice: bool = False
    branch: str = ""
    version_path: str = ""
    merge: tuple[str, ...] | None = None
    answers: Answers = Answers()
    include_old: bool = False


@dataclass(frozen=True)
class Write:
    """fix writes the missing revision, as ``request`` asks for it."""

    request: Request = Request()


@dataclass(frozen=True)
class Join:
    """fix joins the heads, with a proof; ``environment`` is named where there are several."""

    environment: str = ""
    staged: bool = False


@dataclass(frozen=True)
class Merge:
    """Alembic joins the heads."""


@dataclass(frozen=True)
class Downgrade:
    """Alembic takes a database down to ``revision``."""

    revision: str


@dataclass(frozen=True)
class Stage:
    """git takes ``paths``, relative to the repository, into the index; also those that it ignores where ``ignored``."""

    paths: tuple[str, ...]
    ignored: bool = False


@dataclass(frozen=True)
class Restore:
    """git brings back ``paths``, relative to the repository, as ``commit`` has them."""

    commit: str
    paths: tuple[str, ...]


Remedy = Write | Join | Merge | Downgrade | Stage | Restore


@dataclass(frozen=True)
class Place:
    """Where the remedies of one environment are typed.

    ``alembic`` and ``own`` are the commands as a shell there finds them: Alembic's (``flask``, where Flask-Migrate
    made the environment) and ours. ``prefix`` is the folder that the person stands in, relative to the repository.
    """

    environment: Environment
    alembic: str = "alembic"
    own: str = "migrate-guard"
    prefix: str = ""


@dataclass(frozen=True)
class Unanswered:
    """What a person has to answer before ``remedy`` can write a revision for the ``environment`` of that name."""

    environment: str
    questions: tuple[Question, ...]
    remedy: Write
