"""The one door: exit codes, colour, what is skipped and what a bug leaves behind."""

import re

import pytest

from migrate_guard import cli
from migrate_guard.config import Settings
from migrate_guard.findings.finding import Report
from migrate_guard.machine import terminal

PHONE = "    phone = Column(String(20))\n"


def test_a_bug_of_ours_is_told_in_two_lines_and_a_file(monkeypatch, capsys, tmp_path, shows):
    def fail(options):
        raise RuntimeError("never meant to be")

    monkeypatch.setattr(cli, "_dispatch", fail)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert cli.main(["check"]) == 3

    (log,) = (tmp_path / "migrate-guard").glob("bug-*.log")
    shows(capsys.readouterr().err, "cli", "a bug of ours", LOG=log)
    assert "RuntimeError: never meant to be" in log.read_text()
    assert f"migrate-guard {cli.VERSION}" in log.read_text()


def test_interrupted(monkeypatch, capsys, shows):
    def interrupt(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_dispatch", interrupt)
    assert cli.main(["check"]) == 130
    shows(capsys.readouterr().err, "cli", "interrupted")


@pytest.mark.parametrize(
    "arguments", [["check", "--staged", "--ref", "HEAD"], ["nothing"], [], ["fix", "--unknown"]], ids=" ".join
)
def test_bad_arguments(arguments, capsys, shows):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    error = capsys.readouterr().err.rpartition("\n")[0].rpartition("\n")[2]  # without the usage
    shows(error.replace(", ", ",").replace("'", ""), "cli", f"bad arguments: {' '.join(arguments) or 'none'}")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "check",
        "heads",
        "fix",
        "baseline",
        "install",
        "uninstall",
        "scratch",
        "scratch status",
        "scratch dump",
        "scratch clean",
    ],
)
def test_usage(command, capsys, monkeypatch, shows):
    """In the words of any Python: where they are parted, and whether an option has its value twice, differs."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.split(), "--help"])
    assert ended.value.code == 0
    said = re.sub(r"(-\w) (\w+), (--[\w-]+) \2", r"\1, \3 \2", capsys.readouterr().out)
    blocks = [re.sub(r"\s+", " ", block).strip() for block in re.split(r"\n\n|\n {2,4}(?=\S)", said)]
    shows("\n".join(blocks) + "\n", "usage", command or "migrate-guard")


def test_the_limits_that_the_documentation_names():
    assert Settings().timeout == 120
    assert terminal._SECONDS == 60
    assert Report("the index").exit_code == 0


@pytest.mark.parametrize(
    "command", [["check", "--staged"], ["heads", "--staged"], ["fix", "--hook"]], ids=" ".join
)
@pytest.mark.wide("heads --staged")
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


def test_install_that_refuses_ends_with_2(checkout, shows):
    outside = checkout.variables["HOME"] + "/hooks"
    checkout.git("config", "--global", "core.hooksPath", outside)
    refused = checkout.guard("install")
    assert (refused.returncode, refused.stdout) == (2, "")
    shows(refused, "install", "core.hooksPath is set outside")


def test_what_cannot_be_checked_names_the_way_past_in_a_bare_hook(project, shows):
    checkout = project("linear")
    checkout.write("pyproject.toml", "[tool.migrate-guard]\nheadz = 1\n")
    checkout.git("add", "-A")
    refused = checkout.guard("check", "--staged", env={"GIT_INDEX_FILE": ".git/index"})
    assert (refused.returncode, refused.stdout) == (2, "")
    shows(refused, "settings", "one that there is not, in a hook")


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
