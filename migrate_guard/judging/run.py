"""The place that a command runs in: repository, environment, folders of its own."""

from collections.abc import MutableMapping

from migrate_guard.judging import scope
from migrate_guard.judging.scope import WORKING_TREE, Asked, Scope
from migrate_guard.repository import state
from migrate_guard.repository.git import Repository, take_variables

TYPE_CHECKING = False  # that of typing takes a commit that passes longer than to ask git
if TYPE_CHECKING:
    from migrate_guard.judging.case import Case
    from migrate_guard.machine.workspace import Workspace
    from migrate_guard.observing.subject import Means
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
        self._means: Means | None = None

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

    def case(self, wanted: Scope = WORKING_TREE, python: str | None = None) -> "Case":
        """What ``wanted`` says, to be judged, or to be written for. Raises GuardError."""
        from migrate_guard.judging.case import Case
        from migrate_guard.repository import source

        means = self._made_means()
        if wanted.commit is not None:
            judged = source.commit(self.repo, wanted.commit)
        else:
            read = source.staged if wanted.staged else source.working_tree
            judged = read(self.repo, means.workspace.folder("source"))
        return Case(judged, means, python, wanted.newest, wanted.old)

    def _made_means(self):
        if self._means is None:
            from migrate_guard.machine.workspace import Workspace
            from migrate_guard.observing.subject import Means
            from migrate_guard.scratch.ladder import Ladder

            self._workspace = workspace = Workspace(self.environ).__enter__()
            self._ladder = Ladder(workspace.folder("scratch"), workspace.templates, self.environ)
            self._means = Means(workspace, self._ladder, self.environ)
        return self._means
