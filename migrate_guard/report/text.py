"""The report for a person: 80 columns, what is wrong first, then the one command that mends it."""

import shlex
import textwrap
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from migrate_guard.errors import GuardError
from migrate_guard.findings.finding import Finding, Report, counted
from migrate_guard.findings.remedy import Place, Write
from migrate_guard.report import differences, questions, remedies

_WIDTH = 80
_TYPED = {"commit": "commit ...", "push": "push"}


class Judged(Protocol):
    """What of the Scope that was judged decides how that is shown."""

    @property
    def hook(self) -> bool: ...

    @property
    def skip(self) -> str: ...


def render(report: Report, quiet: bool = False, skip: str = "", bold: Callable[[str], str] = str) -> str:
    """The whole screen; when ``quiet`` and nothing blocks, no more than what was there before.

    ``skip``: see failure. ``bold`` marks a heading for a terminal.
    """
    blocks = [finding(item, report.places, bold) for item in report.errors]
    blocks += [failure(error, name, skip) for name, error in report.failures]
    answered = [item for item in report.errors if not (report.questions and item.written)]
    commands = list(dict.fromkeys(_command(item, report.places) for item in answered if item.remedy))
    if report.checkout and (commands or report.questions):
        blocks.append(_first(report.checkout, bold))
    blocks += [questions.block(one, report.places[one.environment]) for one in report.questions]
    if commands:
        blocks.append(_remedy(report.errors, commands, bold))
    if report.exit_code == 0 and quiet:
        return "".join(f"{_wrap(line)}\n" for line in report.older)
    blocks += [finding(item, report.places, bold) for item in report.notes]
    blocks += [_wrap(line) for line in report.older]
    blocks += [_wrap(f"note: {notice}") for notice in report.notices]
    if report.verdicts and (not quiet or blocks):
        blocks.append("\n".join(_verdict(report, verdict) for verdict in report.verdicts))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _first(checkout, bold):
    heading = bold(f"This is about {checkout}, so check it out first:")
    return f"{heading}\n  git checkout {shlex.quote(checkout)}"


def screen(report: Report, scope: Judged, environ: Mapping[str, str], stream: TextIO) -> str:
    """The report as it is printed to ``stream`` for the Scope that was judged."""
    wanted = environ.get("FORCE_COLOR") or stream.isatty()
    coloured = wanted and not environ.get("NO_COLOR")
    return render(report, quiet=scope.hook, skip=scope.skip, bold=_bold if coloured else str)


def _bold(text):
    return f"\033[1m{text}\033[0m"


def finding(item: Finding, places: Mapping[str, Place], bold: Callable[[str], str] = str) -> str:
    """One of them by itself; ``places`` as in Report."""
    place = f"{item.path}:{item.line}" if item.line else item.path
    lines = [bold(f"{item.severity}[{item.name}] {item.environment or '.'}")]
    detail = differences.lines(item)
    if place and place not in "".join(detail):
        lines.append(f"  {place}")
    lines.append(_wrap(item.fact, "  "))
    lines += [_wrap(line, "    ") for line in detail]
    hint = item.hint or questions.told(item.asked)
    if hint:
        lines += _to_paste(hint, "    ", "      ")
    if item.severity != "error" and item.remedy:
        lines.append(f"  {_command(item, places)}")
    return "\n".join(lines)


def _command(item, places):
    return remedies.command(item.remedy, places[item.environment])


def failure(error: GuardError, environment: str = "", skip: str = "") -> str:
    """The screen of something that could not be checked; ``skip`` is what can be done without it: "commit" or "push"."""
    name = f"{environment}: " if environment and environment not in error.message else ""
    lines = [_wrap(f"error: {name}{error.message}", "", "       ")]
    cause = error.cause.splitlines()
    lines += [f"{'caused by: ' if not at else ' ' * 11}{line}".rstrip() for at, line in enumerate(cause)]
    hints = [error.hint] if error.hint else []
    if environment:
        hints.append(f'to leave it out: exclude = ["{environment}"] in [tool.migrate-guard]')
    if skip:
        hints.append(f"to {skip} without this check once: SKIP=migrate-guard git {_TYPED[skip]}")
    return "\n".join([*lines, *(line for hint in hints for line in _to_paste(f"hint: {hint}", "", "      "))])


def _to_paste(hint, indent, further):
    """One of several lines holds something to paste, and stays as it is."""
    first, *rest = hint.splitlines()
    yield _wrap(first, indent, further)
    yield from (f"{further}{line}".rstrip() for line in rest)


def _remedy(errors, commands, bold):
    writes = any(isinstance(item.remedy, Write) for item in errors)
    intent = "Write the missing revision, then review it:" if writes and len(commands) == 1 else "To mend it:"
    return "\n".join([bold(intent), *(f"  {command}" for command in commands)])


def _verdict(report, verdict):
    name = verdict.environment or "."
    found = {f.name for f in report.errors if f.environment == verdict.environment}
    agree = "they could not differ" if "vacuous-history" in found else "they agree"
    outcome = "they differ" if verdict.differ else agree
    models = f"{counted(verdict.tables, 'table')} of the models compared: {outcome}"
    if not (verdict.tables or verdict.differ):
        models = "compares no models"
    start = f" {verdict.start}" if verdict.start else ""
    return _wrap(
        f"{name}: {counted(verdict.revisions, 'revision')} of {report.source} replayed on {verdict.engine}{start}, "
        f"{models} ({verdict.versions})"
        f"{''.join(f'; {remark}' for remark in verdict.remarks)}.",
        "",
        "  ",
    )


def _wrap(text, indent="", further=None):
    lead = text[: len(text) - len(text.lstrip())]
    return textwrap.fill(
        text.strip(),
        _WIDTH,
        initial_indent=indent + lead,
        subsequent_indent=(indent + lead + "  ") if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )
