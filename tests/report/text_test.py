"""Whole screens, from result objects made by hand."""

from dataclasses import replace

import pytest

from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings.finding import Finding, Report, Verdict
from migrate_guard.findings.remedy import Place, Request, Stage, Write
from migrate_guard.history.environment import Environment
from migrate_guard.protocol.messages import Operation
from migrate_guard.report.text import failure, render

DRIFT = Finding(
    "drift",
    "migrations",
    "models and history differ in 1 point.",
    operations=(
        Operation("column", "user", "phone", (("type", "VARCHAR(20)"),), None, path="app/models.py", line=7),
    ),
    remedy=Write(Request("add_user_phone")),
    written=True,
    path="app/models.py",
    line=7,
)
NOTE = Finding(
    "unstaged-revision",
    "migrations",
    "revision bbbbbbbbbbbb is on disk but was never added to git.",
    severity="note",
    remedy=Stage(("migrations/versions/b.py",)),
    path="migrations/versions/b.py",
)
VERDICT = Verdict("migrations", 3, 1, "SQLite", "Python 3.11.7, SQLAlchemy 2.0.1, Alembic 1.13.0")
DIFFER = replace(VERDICT, differ=True)


START = replace(VERDICT, revisions=1, start="from a start at aaaaaaaaaaaa (start.sql)")


def report(*findings, failures=(), verdicts=None):
    usual = [DIFFER if DRIFT in findings else VERDICT]
    return Report(
        "the index",
        list(findings),
        list(failures),
        usual if verdicts is None else list(verdicts),
        places={"migrations": Place(Environment("migrations", "migrations"))},
    )


SCREENS = {
    "nothing found": report(),
    "after a start": report(verdicts=[START]),
    "drift": report(DRIFT),
    "a note": report(NOTE),
    "one environment could not be checked": report(
        failures=[("billing", ProjectError("billing/env.py failed.", "Do it.", "E: x\na.py:1 in f"))]
    ),
}


@pytest.mark.parametrize("name", SCREENS)
def test_screen(name, shows):
    shows(render(SCREENS[name]), "report", name)


def test_the_verdict_is_wrapped():
    """Files of screens have it on one line, since its versions differ."""
    assert render(SCREENS["after a start"]) == (
        "migrations: 1 revision of the index replayed on SQLite from a start at\n"
        "  aaaaaaaaaaaa (start.sql), 1 table of the models compared: they agree (Python\n"
        "  3.11.7, SQLAlchemy 2.0.1, Alembic 1.13.0).\n"
    )


@pytest.mark.parametrize(
    "given", [pytest.param(report(), id="nothing found"), pytest.param(report(NOTE), id="only a note")]
)
def test_a_hook_that_does_not_block_says_nothing(given):
    assert render(given, quiet=True) == ""


def test_a_hook_that_blocks_says_everything():
    assert render(report(DRIFT, NOTE), quiet=True) == render(report(DRIFT, NOTE))


def test_could_not_check_in_a_hook_names_the_way_past(shows):
    shows(
        failure(GuardError("git was not found.", "Install git."), skip="commit"),
        "report",
        "could not check, in a hook",
    )


def test_a_hint_to_paste_keeps_its_lines(shows):
    hint = "Add this to lefthook.yml:\npre-commit:\n  jobs:\n    - run: migrate-guard check --staged"
    shows(failure(GuardError("lefthook manages this hook.", hint)), "report", "a hint to paste")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(report(), 0, id="nothing"),
        pytest.param(report(NOTE), 0, id="a note"),
        pytest.param(report(DRIFT), 1, id="an error"),
        pytest.param(report(DRIFT, failures=[("b", GuardError("x"))]), 2, id="could not check wins"),
    ],
)
def test_exit_code(given, code):
    assert given.exit_code == code
