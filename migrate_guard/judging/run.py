"""The place that a command runs in: repository, environment, folders of its own."""

from collections.abc import MutableMapping

from migrate_guard.judging import scope
from migrate_guard.judging.scope import WORKING_TREE, Asked, Scope
from migrate_guard.repository import state
from migrate_guard.repository.git import Repository, take_variables

TYPE_CHECKING = False  # that of typing takes a commit that passes longer than to ask git
if TYPE_CHECKING:
    from migrate_guard.judging.judge import Judge
    from migrate_guard.machine.workspace import Workspace
    from migrate_guard.scratch.ladder import Ladder


class Run:
    """To be used in a ``with`` block, which removes what the run leaves behind.

    ``dump_url`` is the value of MIGRATE_GUARD_DUMP_URL.
    """

    def __init__(self, environ: MutableMapping[str, str], cwd: str) -> None:
        self._variables = dict(environ)
        variables = take_variables(environ)
        # Here too: it may hold a password, which is no business of the project's code.
        self.dump_url = environ.pop("MIGRATE_GUARD_DUMP_URL", "")
        self.environ = environ
        self.repo = Repository(cwd, variables)
        self._workspace: Workspace | None = None
        self._ladder: Ladder | None = None

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._ladder:
            self._ladder.close()
        if self._workspace:
            self._workspace.__exit__(*exception)

    def scopes(self, asked: Asked) -> tuple[Scope, ...]:
        """What is to be judged; nothing where there is nothing relevant, or nobody wants it judged. Raises GitError."""
        if scope.is_skipped(asked, self._variables):
            return ()
        index, ranges = scope.is_index(asked, self._variables), scope.ranges(asked, self._variables)
        return scope.scopes(asked, self._variables, state.gather(self.repo, self._variables, index, ranges))

    def judge(self, wanted: Scope = WORKING_TREE, python: str | None = None) -> "Judge":
        """The Judge of what ``wanted`` says. Raises GuardError."""
        from migrate_guard.judging.judge import Judge
        from migrate_guard.repository import source

        if wanted.commit is not None:
            judged = source.commit(self.repo, wanted.commit)
        else:
            read = source.staged if wanted.staged else source.working_tree
            judged = read(self.repo, self._folders().folder("source"))
        return Judge(self.repo, judged, self._folders(), self._databases(), self.environ, python, wanted)

    def _folders(self):
        if self._workspace is None:
            from migrate_guard.machine.workspace import Workspace

            self._workspace = Workspace(self.environ).__enter__()
        return self._workspace

    def _databases(self):
        if self._ladder is None:
            from migrate_guard.scratch.ladder import Ladder

            workspace = self._folders()
            self._ladder = Ladder(workspace.folder("scratch"), workspace.templates, self.environ)
        return self._ladder
