"""One door to git: how many processes go through it, which runner starts them, what comes back."""

import shutil
import subprocess
import sys

import pytest

from migrate_guard.errors import GitError
from migrate_guard.repository.git import Repository

_LOGGED = """\
#!/bin/sh
printf '%s ' "$@" | tr '\\n' ' ' >> '{log}'
echo >> '{log}'
exec '{git}' "$@"
"""


@pytest.fixture
def asked(checkout, tmp_path):
    """The arguments of each git process since it was asked last."""
    log, folder = tmp_path / "git log", tmp_path / "logged git"
    folder.mkdir()
    (folder / "git").write_text(_LOGGED.format(log=log, git=shutil.which("git")))
    (folder / "git").chmod(0o755)
    checkout.variables["PATH"] = f"{folder}:{checkout.variables['PATH']}"

    def since():
        lines = log.read_text().splitlines() if log.exists() else []
        log.write_text("")
        return lines

    return since


def imported(done):
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def check(checkout, *arguments, **variables):
    command = [sys.executable, "-X", "importtime", "-m", "migrate_guard", "check", *arguments]
    done = checkout.run(*command, env=variables)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    return done


def test_processes_of_a_commit_that_passes(project, asked):
    checkout = project("linear")
    check(checkout, "--staged")
    checkout.write("models.py", (checkout.path / "models.py").read_text() + "\n# said better\n")
    checkout.git("add", "-A")
    asked()
    done = check(checkout, "--staged", GIT_INDEX_FILE=".git/index")
    processes = asked()
    assert 0 < len(processes) <= 12, "\n".join(processes)
    # what is read from standard input is another question each time
    questions = [line for line in processes if "cat-file --batch" not in line]
    assert len(set(questions)) == len(questions)
    assert not [line for line in processes if line.startswith("version")]
    assert "migrate_guard.judging.judge" in imported(done)
    assert not [name for name in imported(done) if name == "git" or name.startswith(("git.", "gitdb"))]


@pytest.mark.parametrize("arguments", [[], ["--ref", "HEAD"]], ids=["working tree", "commit"])
def test_gitpython_costs_a_check_nothing(project, asked, arguments):
    checkout = project("linear")
    asked()
    done = check(checkout, *arguments)
    assert "migrate_guard.repository.git" in imported(done)
    assert "git" not in imported(done)
    assert not [line for line in asked() if line.startswith("version")]


def test_an_irrelevant_commit_takes_two_processes(checkout, asked):
    checkout.write("notes.md", "Notes\n")
    checkout.commit("Begin")
    checkout.write("notes.md", "More notes\n")
    checkout.git("add", "-A")
    asked()
    check(checkout, "--staged")
    assert len(asked()) == 2


@pytest.fixture
def repo(checkout, monkeypatch):
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "HOME"):
        monkeypatch.setenv(name, checkout.variables[name])
    checkout.write("models.py", "A = 1\n")
    checkout.commit("Begin")
    return checkout


@pytest.mark.parametrize(
    "question, by_gitpython",
    [
        ("repo.stage(['new.py'])", True),
        ("repo.merge_base('HEAD', 'HEAD')", True),
        ("branches.holding(repo, 'models.py', '')", True),
        ("repo.untracked()", False),
        ("repo.commit('HEAD^')", False),
    ],
)
def test_which_runner(repo, question, by_gitpython):
    repo.write("new.py", "")
    lines = [
        "import sys",
        "from migrate_guard.repository import branches",
        "from migrate_guard.repository.git import Repository",
        "repo = Repository('.', {})",
        question,
        "print('git' in sys.modules)",
    ]
    done = repo.run(sys.executable, "-c", "\n".join(lines))
    assert (done.stdout.strip(), done.returncode) == (str(by_gitpython), 0), done.stderr


def test_stage(repo):
    repo.write("new ü.py", "B = 1\n")
    Repository(repo.path, {}).stage(["new ü.py"])
    assert repo.git("diff", "--cached", "--name-only", "-z") == "new ü.py\0"


@pytest.mark.parametrize("command", ["for-each-ref", "ls-files"], ids=["GitPython", "process"])
def test_what_git_says_of_a_failure(repo, command):
    with pytest.raises(GitError) as error:
        Repository(repo.path, {}).git(command, "--no-such-option")
    assert str(error.value.message) == f"git {command} failed."
    assert error.value.cause.startswith("error: unknown option `no-such-option'")


@pytest.mark.parametrize("command", ["merge-base", "rev-parse"], ids=["GitPython", "process"])
def test_an_exit_code_that_is_an_answer(repo, command):
    arguments = {"merge-base": ["HEAD", "other"], "rev-parse": ["-q", "--verify", "nothing"]}[command]
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("commit", "-q", "--allow-empty", "-m", "Apart")
    repo.git("checkout", "-q", "main")
    assert Repository(repo.path, {}).git(command, *arguments, fails_with=(1,)) == b""


@pytest.mark.parametrize("folder", ["plain", "new\nline"])
def test_places(tmp_path, folder, checkout):
    path = tmp_path / folder
    path.mkdir(parents=True)
    subprocess.run(["git", "init", "-q"], cwd=path, env=checkout.variables, check=True)
    unborn = Repository(path, {})
    checkout.run("git", "commit", "-q", "--allow-empty", "-m", "Begin", cwd=path)
    born = Repository(path, {})
    head = checkout.git("rev-parse", "HEAD", cwd=path).strip()
    assert (unborn.head, born.head) == (None, head)
    assert (born.root, born.objects) == (unborn.root, unborn.objects) == (str(path), f"{path}/.git/objects")
