"""The place that a command runs in: repository, environment, folders of its own."""

import functools
import os
import sys

from migrate_guard.repository import gate
from migrate_guard.repository.git import Repository, short, take_variables


def started_by_hook(environ) -> bool:
    """Whether git or a hook runner started us: output that nobody needs is then in the way."""
    return "GIT_INDEX_FILE" in environ or "PRE_COMMIT" in environ


class _Below:
    """A commit, None where there is none; ``words`` say to a person when that was."""

    def __init__(self, commit: str | None, words: str):
        self.commit, self.words = commit, words


class Outcome:
    """What was judged, and what came of it."""

    def __init__(self, judge, report):
        self.judge, self.report = judge, report


class Context:
    """To be used in a ``with`` block, which removes what the run leaves behind."""

    def __init__(self, environ, cwd):
        self.in_hook = started_by_hook(environ)
        variables = take_variables(environ)
        # Here too: it may hold a password, which is no business of the project's code.
        self.dump_url = environ.pop("MIGRATE_GUARD_DUMP_URL", "")
        self.environ = environ
        self.repo = Repository(cwd, variables)
        self._workspace = self._ladder = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._ladder:
            self._ladder.close()
        if self._workspace:
            self._workspace.__exit__(*exception)

    @property
    def skipped(self) -> bool:
        """SKIP=migrate-guard, as pre-commit takes it, whatever the hook is called and whoever runs it."""
        return self.in_hook and "migrate-guard" in self.environ.get("SKIP", "").replace(" ", "").split(",")

    @property
    def workspace(self):
        if self._workspace is None:
            from migrate_guard.machine.workspace import Workspace

            self._workspace = Workspace(self.environ).__enter__()
        return self._workspace

    @property
    def ladder(self):
        if self._ladder is None:
            from migrate_guard.scratch.ladder import Ladder

            templates = os.path.join(self.workspace.cache, "templates")
            self._ladder = Ladder(self.workspace.folder("scratch"), templates, self.environ)
        return self._ladder

    def judge(self, staged=False, ref=None, python=None, newest=None, steps=None):
        """The Judge of the index, of the commit ``ref``, or of the working tree; ``newest`` and ``steps`` see Stepping."""
        from migrate_guard.judging.judge import Judge
        from migrate_guard.repository import source

        if ref is not None:
            judged = source.commit(self.repo, ref)
        else:
            read = source.staged if staged else source.working_tree
            judged = read(self.repo, self.workspace.folder("source"))
        return Judge(self.repo, judged, self.workspace, self.ladder, self.environ, python, newest, steps)

    def judged(self, staged=False, ref=None, python=None, against=None) -> Outcome | None:
        """The outcome for a source; None where there is nothing to judge, or nobody wants it judged.

        What differs at the merge base with ``against`` too is old; without, see _below.
        """
        pushed = self._pushed() if staged and against is None else None
        if pushed:
            staged, (against, ref) = False, pushed
        if self.skipped:
            return None
        change = gate.decide(self.repo) if staged else None
        below = self._below(ref, against, change)
        if change == gate.NOTHING_RELEVANT or (pushed and not gate.is_relevant(self.repo, below.commit, ref)):
            return None
        judge = self.judge(staged, ref, python, newest=below.commit if against is not None else None)
        if not judge.environments:
            from migrate_guard.environments import none_found

            none_found.explain(judge)
            return None
        return Outcome(judge, judge.report(self._before(below, python, judge.steps)))

    def reported(self, python=None, against=None):
        """(Judge, Report) of the working tree, where something is to come of the report besides its screen."""
        below = self._below(None, against)
        judge = self.judge(python=python, newest=below and below.commit)
        return judge, judge.report(self._before(below, python, judge.steps))

    def _pushed(self):
        """(what the remote has, what it gets), where pre-commit or prek runs us for a push or for a range of commits."""
        refs = [self.environ.get(name) for name in ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")]
        return refs if all(refs) else None

    def _below(self, ref, against, change=None):
        """The commit that decides which findings are new; None where all of them count."""
        if against is not None:
            base = self.repo.merge_base(against, ref or "HEAD")
            return _Below(base, f"at the merge base with {short(against)}")
        if change == gate.CHANGES:
            return _Below(self.repo.head, "before this commit")
        if change == gate.SAME_AS_HEAD and not self.environ.get("CI"):
            return _Below(self.repo.commit("HEAD^"), "before this commit")
        return None

    def _before(self, below, python, steps):
        from migrate_guard.judging.judge import Before

        return below and Before(self._lacks(below.commit, python, steps), below.words)

    def _lacks(self, commit, python, steps):
        """What ``commit`` has wrong, of one environment; asked only where something is found. None: an empty one."""
        from migrate_guard.judging.judge import Lacks

        @functools.cache
        def judge():
            return self.judge(ref=commit, python=python, steps=steps)

        return lambda environment: judge().lacks(environment) if commit else Lacks()

    def screen(self, report) -> str:
        """The report as it is printed here."""
        from migrate_guard.report.text import render

        return render(report, quiet=self.in_hook, in_hook=self.in_hook, bold=self.bold)

    def bold(self, text: str) -> str:
        wanted = self.environ.get("FORCE_COLOR") or sys.stdout.isatty()
        return f"\033[1m{text}\033[0m" if wanted and not self.environ.get("NO_COLOR") else text
