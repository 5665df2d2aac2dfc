"""The sh files that git runs, under real commits and merges."""

import os
import subprocess
from pathlib import Path

import pytest

HOOKS = Path(__file__).parents[1] / "hooks"
CHECK = "check --staged\n"
ISOLATED = "-I -m migrate_guard check --staged\n"


@pytest.fixture(params=["sh", "dash", "bash"])
def shell(request):
    return request.param


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("GIT_", "SKIP"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    # A migrate-guard that happens to be installed here is none of the tests' business.
    path = [
        entry for entry in os.environ["PATH"].split(os.pathsep) if not Path(entry, "migrate-guard").exists()
    ]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    text = "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n"
    (tmp_path / "gitconfig").write_text(text)
    return tmp_path


@pytest.fixture
def repo(home, commits):
    """A repository whose hooks are the uninstantiated files themselves."""
    root = home / "a repository"
    git("init", "-q", str(root), cwd=home)
    git("config", "core.hooksPath", str(HOOKS), cwd=root)
    return root


@pytest.fixture
def recorder(home, monkeypatch):
    """A migrate-guard on the PATH that notes its arguments and ends as EXIT_CODE says."""
    log = home / "called"
    monkeypatch.setenv("PATH", f"{home / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLED", str(log))
    program(home / "bin" / "migrate-guard")
    return lambda: log.read_text() if log.exists() else ""


def program(path, body='echo "$@" >>"$CALLED"; exit ${EXIT_CODE-0}'):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def git(*arguments, cwd, **environ):
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True
    )


def commit(root, **environ):
    return git("commit", "-q", "--allow-empty", "-m", "a commit", cwd=root, **environ)


def own_hooks(root, python):
    """Hooks with the interpreter line written, in .git/hooks; the line as the shell needs it."""
    git("config", "--unset", "core.hooksPath", cwd=root)
    for name in ("pre-commit", "pre-merge-commit"):
        hook = root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_bytes((HOOKS / name).read_bytes().replace(b"python=''", b"python=" + os.fsencode(python)))
        hook.chmod(0o755)
    return root / ".git" / "hooks"


def test_both_files_are_identical_and_executable():
    first, second = HOOKS / "pre-commit", HOOKS / "pre-merge-commit"
    assert first.read_bytes() == second.read_bytes()
    assert os.access(first, os.X_OK) and os.access(second, os.X_OK)


@pytest.mark.parametrize(
    ("exit_code", "commits"),
    [
        pytest.param("0", 1, id="nothing found"),
        pytest.param("1", 0, id="findings"),
        pytest.param("2", 0, id="could not check"),
    ],
)
def test_commit_ends_as_the_check_does(repo, recorder, exit_code, commits):
    commit(repo, EXIT_CODE=exit_code)
    assert recorder() == CHECK
    assert len(git("log", "--all", "--format=%h", cwd=repo).stdout.splitlines()) == commits


@pytest.mark.parametrize(("exit_code", "merged"), [("0", True), ("1", False)], ids=["passes", "blocks"])
def test_clean_merge_is_checked(repo, recorder, exit_code, merged):
    commit(repo)
    git("checkout", "-q", "-b", "side", cwd=repo)
    commit(repo)
    git("checkout", "-q", "main", cwd=repo)
    done = git("merge", "-q", "--no-ff", "--no-edit", "side", cwd=repo, EXIT_CODE=exit_code)
    assert recorder() == CHECK * 3
    assert (done.returncode == 0) == merged
    assert (len(git("log", "--merges", "--format=%h", cwd=repo).stdout.splitlines()) == 1) == merged


@pytest.mark.parametrize(
    ("skip", "called"),
    [
        pytest.param("migrate-guard", "", id="alone"),
        pytest.param("ruff,migrate-guard", "", id="last"),
        pytest.param("migrate-guard,ruff", "", id="first"),
        pytest.param("ruff, migrate-guard , mypy", "", id="with spaces"),
        pytest.param("", CHECK, id="empty"),
        pytest.param("ruff", CHECK, id="another"),
        pytest.param("migrate-guard-push", CHECK, id="longer name"),
        pytest.param("not-migrate-guard", CHECK, id="name within a name"),
        pytest.param("*", CHECK, id="pattern"),
    ],
)
def test_skip(repo, recorder, skip, called):
    done = commit(repo, SKIP=skip)
    assert (done.returncode, done.stdout, done.stderr, recorder()) == (0, "", "", called)


@pytest.mark.parametrize(
    "name",
    ["python", "it's here/python", 'a "quoted" one/python', "$HOME `date` \\ /python", "ünïcode/python"],
)
def test_installed_interpreter_comes_before_the_path(repo, recorder, home, name):
    program(home / "environments" / name)
    own_hooks(repo, "'" + str(home / "environments" / name).replace("'", "'\"'\"'") + "'")
    assert commit(repo).returncode == 0
    assert recorder() == ISOLATED


def test_interpreter_that_is_gone_falls_back_to_the_path(repo, recorder, home):
    own_hooks(repo, f"'{home}/gone/python'")
    assert commit(repo).returncode == 0
    assert recorder() == CHECK


@pytest.mark.parametrize("python", ["''", "/gone/python"], ids=["never installed", "interpreter gone"])
def test_neither_found_fails_the_commit_and_says_how_to_mend_it(repo, python, shows):
    own_hooks(repo, python)
    done = commit(repo)
    assert (done.returncode, done.stdout) == (1, "")
    shows(done, "install", "what was installed is gone, in a hook")
    assert commit(repo, SKIP="migrate-guard").returncode == 0


def test_works_in_every_shell(repo, recorder, shell):
    for skip in ("", "a, migrate-guard"):
        done = subprocess.run([shell, str(HOOKS / "pre-commit")], env={**os.environ, "SKIP": skip}, cwd=repo)
        assert done.returncode == 0
    assert recorder() == CHECK
    assert subprocess.run([shell, "-n", str(HOOKS / "pre-commit")]).returncode == 0


@pytest.mark.wide(
    "pre-merge-commit-first the kept one",
    "pre-merge-commit-skipped, it still runs",
    "pre-merge-commit-skipped, it still fails",
    "pre-merge-commit-it passes, the check does not",
)
@pytest.mark.parametrize(
    ("environ", "code", "called"),
    [
        pytest.param({}, 0, "kept\n" + CHECK, id="first the kept one"),
        pytest.param({"KEPT_CODE": "7"}, 7, "kept\n", id="its failure ends the commit"),
        pytest.param({"SKIP": "migrate-guard"}, 0, "kept\n", id="skipped, it still runs"),
        pytest.param({"SKIP": "migrate-guard", "KEPT_CODE": "7"}, 7, "kept\n", id="skipped, it still fails"),
        pytest.param({"EXIT_CODE": "1"}, 1, "kept\n" + CHECK, id="it passes, the check does not"),
    ],
)
@pytest.mark.parametrize("name", ["pre-commit", "pre-merge-commit"])
def test_kept_hook(repo, recorder, name, environ, code, called):
    folder = own_hooks(repo, "''")
    program(folder / f"{name}.before-migrate-guard", 'echo kept "$@" >>"$CALLED"; exit ${KEPT_CODE-0}')
    done = subprocess.run([folder / name], cwd=repo, env={**os.environ, **environ})
    assert (done.returncode, recorder()) == (code, called)


def test_kept_hook_gets_the_arguments(repo, recorder):
    folder = own_hooks(repo, "''")
    program(folder / "pre-commit.before-migrate-guard", 'printf "<%s>" "$@" >>"$CALLED"')
    subprocess.run([folder / "pre-commit", "one two", "$x"], cwd=repo)
    assert recorder() == "<one two><$x>" + CHECK


def test_kept_hook_that_is_not_executable_does_not_run(repo, recorder):
    folder = own_hooks(repo, "''")
    (folder / "pre-commit.before-migrate-guard").write_text("exit 7\n")
    assert commit(repo).returncode == 0
    assert recorder() == CHECK


def test_runs_by_its_bare_name_in_its_folder(repo, recorder):
    folder = own_hooks(repo, "''")
    program(folder / "pre-commit.before-migrate-guard", 'echo kept >>"$CALLED"')
    assert subprocess.run(["sh", "pre-commit"], cwd=folder).returncode == 0
    assert recorder() == "kept\n" + CHECK
