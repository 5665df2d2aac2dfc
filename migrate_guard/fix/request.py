"""What the person wants of fix."""

from dataclasses import dataclass

from migrate_guard.questions.answers import Answers


@dataclass(frozen=True)
class Request:
    """``message`` is made from the operations where empty; ``head`` is the one to build on, where several are intended.

    ``staged``: for the index, not the working tree. ``stage``: add the new files to the index. ``show`` them when
    they are there. ``draft``: put there what cannot be proved, too. ``dry_run`` shows the file, ``sql`` what it runs,
    and nothing is written. ``amend``: fold it into the newest revision.

    ``environment`` is the name of the one that is meant, "" where all are. ``splice``, ``branch`` and ``version_path``,
    as it was typed, are what ``alembic revision`` takes. ``merge``: join heads first, those that it
    names or all of them; None: do not. ``message`` is then that of the merge.
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
