"""migrate-guard check"""

from migrate_guard import gate


def check(context, staged=False, ref=None, python=None) -> int:
    """Judge a source, say what was found and return the exit code."""
    if context.skipped or (staged and gate.decide(context.repo) == gate.NOTHING_RELEVANT):
        return 0
    from migrate_guard import no_environment
    from migrate_guard.report.text import render

    judge = context.judge(staged, ref, python)
    if not judge.environments:
        no_environment.explain(judge)
        return 0
    report = judge.report(_parent(context, python) if staged else None)
    screen = render(report, quiet=context.in_hook, in_hook=context.in_hook, bold=context.bold)
    if staged and context.in_hook and _only_drift(report) and _prompted(context, report, screen, python):
        return report.exit_code
    print(screen, end="")
    return report.exit_code


def _parent(context, python):
    """What the commit below the index lacks already, of one environment; asked only where something differs."""

    def operations(environment):
        if context.repo.head() is None or gate.decide(context.repo) == gate.SAME_AS_HEAD:
            return frozenset()
        return context.judge(ref="HEAD", python=python).operations_of(environment.name)

    return operations


def _only_drift(report):
    return report.exit_code == 1 and all(found.name == "drift" and found.command for found in report.errors)


def _prompted(context, report, screen, python) -> bool:
    """Whether the person was asked; the screen has then been shown on the terminal."""
    from migrate_guard import prompt
    from migrate_guard.commands.fix import fix

    asked = prompt.ask(screen, report.suggestion, context.environ)
    if asked is None:
        return False
    if asked.message is not None:
        fix(context, asked.message, staged=True, stage=False, python=python)
    return True
