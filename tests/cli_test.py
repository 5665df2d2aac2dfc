"""The one door: exit codes, colour, what is skipped and what a bug leaves behind."""

import pytest

from migrate_guard import cli
from migrate_guard.config import Settings
from migrate_guard.findings.finding import Report
from migrate_guard.machine import terminal

PHONE = "    phone = Column(String(20))\n"


def test_a_bug_of_ours_is_told_in_two_lines_and_a_file(monkeypatch, capsys, tmp_path):
    def fail(options):
        raise RuntimeError("never meant to be")

    monkeypatch.setattr(cli, "_dispatch", fail)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert cli.main(["check"]) == 3

    (log,) = (tmp_path / "migrate-guard").glob("bug-*.log")
    assert capsys.readouterr().err == (
        "error: a bug in migrate-guard: RuntimeError: never meant to be\n"
        f"hint: please report it to the project, with {log}\n"
    )
    assert "RuntimeError: never meant to be" in log.read_text()
    assert f"migrate-guard {cli.VERSION}" in log.read_text()


def test_interrupted(monkeypatch, capsys):
    def interrupt(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_dispatch", interrupt)
    assert (cli.main(["check"]), capsys.readouterr().err) == (130, "Interrupted (^C).\n")


@pytest.mark.parametrize(
    "arguments", [["check", "--staged", "--ref", "HEAD"], ["nothing"], [], ["fix", "--unknown"]], ids=" ".join
)
def test_bad_arguments(arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


def test_the_limits_that_the_documentation_names():
    assert Settings().timeout == 120
    assert terminal._SECONDS == 60
    assert Report("the index").exit_code == 0


@pytest.mark.parametrize(
    "command", [["check", "--staged"], ["heads", "--staged"], ["fix", "--hook"]], ids=" ".join
)
def test_skipped_whatever_the_hook_is_called(project, command):
    checkout = project("two_heads")
    blocked = checkout.guard(*command, env={"PRE_COMMIT": "1"})
    skipped = checkout.guard(*command, env={"PRE_COMMIT": "1", "SKIP": "ruff, migrate-guard"})
    assert (blocked.returncode, skipped.returncode, skipped.stdout, skipped.stderr) == (1, 0, "", "")


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        pytest.param({}, False, id="no terminal"),
        pytest.param({"FORCE_COLOR": "1"}, True, id="forced"),
        pytest.param({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="NO_COLOR wins"),
    ],
)
def test_colour(project, env, coloured):
    checkout = project("two_heads")
    assert ("\033[1m" in checkout.guard("heads", env=env).stdout) == coloured


def test_install_that_refuses_ends_with_2(checkout):
    outside = checkout.variables["HOME"] + "/hooks"
    checkout.git("config", "--global", "core.hooksPath", outside)
    refused = checkout.guard("install")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ")


def test_what_cannot_be_checked_names_the_way_past_in_a_bare_hook(project):
    checkout = project("linear")
    checkout.write("pyproject.toml", "[tool.migrate-guard]\nheadz = 1\n")
    checkout.git("add", "-A")
    refused = checkout.guard("check", "--staged", env={"GIT_INDEX_FILE": ".git/index"})
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: pyproject.toml: [tool.migrate-guard] has no setting 'headz'.\n"
        "hint: The settings are: python, exclude, heads, app, overlay, timeout,\n      scratch_url, engine, scratch_setup, env_file, judge, strict, start, base,\n      history, env, environments.\n"
        "hint: to commit without this check once: SKIP=migrate-guard git commit ...\n",
    )


def test_heads_needs_no_more_than_the_files(project):
    checkout = project("linear")
    seen = checkout.run(
        "python",
        "-X",
        "importtime",
        "-m",
        "migrate_guard",
        "heads",
        env={"MIGRATE_GUARD_PYTHON": "/nonexistent"},
    )
    imported = {line.split("|")[-1].strip() for line in seen.stderr.splitlines() if "|" in line}
    assert seen.returncode == 0
    assert not imported & {"git", "sqlalchemy", "alembic"}
