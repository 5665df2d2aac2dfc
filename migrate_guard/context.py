"""The place that a command runs in: repository, environment, folders of its own."""

import sys

from migrate_guard.git import Repository, take_variables


class Context:
    """To be used in a ``with`` block, which removes what the run leaves behind.

    ``in_hook``: git or a hook runner started us, and output that nobody needs is in the way.
    """

    def __init__(self, environ, cwd):
        variables = take_variables(environ)
        self.environ = environ
        self.in_hook = "GIT_INDEX_FILE" in variables or "PRE_COMMIT" in environ
        self.repo = Repository(cwd, variables)
        self._workspace = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._workspace:
            self._workspace.__exit__(*exception)

    @property
    def skipped(self) -> bool:
        """SKIP=migrate-guard, as pre-commit takes it, whatever the hook is called and whoever runs it."""
        return self.in_hook and "migrate-guard" in self.environ.get("SKIP", "").replace(" ", "").split(",")

    @property
    def workspace(self):
        if self._workspace is None:
            from migrate_guard.workspace import Workspace

            self._workspace = Workspace(self.environ).__enter__()
        return self._workspace

    def judge(self, staged=False, ref=None, python=None):
        """The Judge of the index, of the commit ``ref``, or of the working tree."""
        from migrate_guard import source
        from migrate_guard.judge import Judge

        if ref is not None:
            judged = source.commit(self.repo, ref)
        else:
            read = source.staged if staged else source.working_tree
            judged = read(self.repo, self.workspace.folder("source"))
        return Judge(self.repo, judged, self.workspace, self.environ, python)

    def bold(self, text: str) -> str:
        wanted = self.environ.get("FORCE_COLOR") or sys.stdout.isatty()
        return f"\033[1m{text}\033[0m" if wanted and not self.environ.get("NO_COLOR") else text
