"""Every way in which a source could not be checked; what is wrong with a commit is a finding instead."""


class GuardError(Exception):
    """Something kept migrate-guard from a verdict: exit code 2.

    ``message`` is the fact, ``cause`` the words of whoever failed underneath (may have several lines) and
    ``hint`` the way out.
    """

    def __init__(self, message: str, hint: str = "", cause: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.cause = cause


class ConfigError(GuardError):
    """A setting or an argument that cannot be used."""


class GitError(GuardError):
    """Git refused, or the repository is in a state that cannot be judged."""


class InterpreterError(GuardError):
    """No Python that holds the project's SQLAlchemy and Alembic, or one that is too old."""


class ProjectError(GuardError):
    """The project's own code failed: its exception, its last frames."""


class StepError(GuardError):
    """The history cannot be replayed, and no earlier commit will do to start a step from."""


class ScratchError(GuardError):
    """No scratch database could be made."""


class GitAsked(ProjectError):
    """The project looks for a repository, and its snapshot had none; from now on it has one."""
