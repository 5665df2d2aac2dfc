"""migrate-guard check"""


def check(context, staged=False, ref=None, python=None, against=None) -> int:
    """Judge a source, say what was found and return the exit code."""
    outcome = context.judged(staged, ref, python, against)
    if outcome is None:
        return 0
    if not context.in_hook:  # by hand fix asks, once it is called
        outcome.report.questions = []
    if not (staged and context.in_hook and _prompted(context, outcome)):
        print(context.screen(outcome.report), end="")
    return outcome.report.exit_code


def _prompted(context, outcome) -> bool:
    """Whether the person was asked; the screen has then been shown on the terminal."""
    from migrate_guard import fix
    from migrate_guard.commands.fix import write
    from migrate_guard.findings.remedy import Request
    from migrate_guard.machine import terminal

    if not fix.is_all(outcome.judge, outcome.report):
        return False
    suggestion = outcome.report.suggestion
    answer = terminal.ask(context.screen(outcome.report), suggestion, context.environ)
    if answer and answer.message is not None:
        request = Request(answer.message or suggestion, staged=True, stage=False)
        write(context, outcome.judge, request)
    return answer is not None
