"""The one question, through a real terminal, under git's own hook and under pre-commit."""

import os
import pty
import select
import shlex
import shutil
import signal
import sys
import time
from types import SimpleNamespace

import pytest

from tests.conftest import PROJECTS, as_in_the_foreground

PROJECT = PROJECTS / "commit_modes"
NAME = '    Column("name", String(NAME)),\n'
PHONE = '    Column("phone", String(20)),\n'
TITLE = '    Column("title", String(50)),\n'
BODY = '    Column("body", String(20)),\n'
VERSIONS = "migrations/versions"
QUESTION = "[n] no: "
COMMIT = "git commit -m Change"
COMMAND = 'fix -m "add_user_phone"'
# A check whose patience is as long as a test's.
_IMPATIENT = "from migrate_guard import cli; from migrate_guard.machine import terminal; terminal._SECONDS = 0.5; raise SystemExit(cli.main(['check', '--staged']))"


class Terminal:
    """A session with a terminal of its own; ``command`` runs below its leader, as below a user's shell."""

    def __init__(self, repo, command, leader="sh", **environ):
        words = ["sh", "-c", f"{command}\necho ended with $?"] if leader == "sh" else shlex.split(command)
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            as_in_the_foreground()
            os.chdir(repo.path)
            os.execvpe(words[0], words, {**repo.variables, "TERM": "xterm", **environ})
        self.screen = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def expect(self, text):
        deadline = time.monotonic() + 30
        while text not in self.screen:
            assert time.monotonic() < deadline and self._read(), f"no {text!r} in:\n{self.screen}"

    def type(self, text):
        os.write(self._terminal, text.encode())

    def end(self) -> str:
        """The whole screen, when everybody has ended."""
        while self._read():
            pass
        os.waitpid(self._pid, 0)
        self._pid = 0
        return self.screen

    def _read(self):
        assert select.select([self._terminal], [], [], 30)[0], self.screen
        try:
            more = os.read(self._terminal, 4096)
        except OSError:  # what Linux says when nobody holds the other end any more
            more = b""
        self.screen += more.decode(errors="replace").replace("\r\n", "\n")
        return bool(more)


ASK = """\
import os
from migrate_guard.machine import terminal
read = terminal._line
def line(tty):
    os.write(tty, b"(waits)")  # a ^C before that is none at the question
    return read(tty)
terminal._line = line
answer = terminal.ask("The screen", "add_phone", os.environ)
print("said", repr(answer and answer.message))
"""


@pytest.fixture
def asked(tmp_path, variables):
    """``asked(**variables)``: a terminal on which the question alone is asked, without a commit."""
    variables.pop("MIGRATE_GUARD_NO_PROMPT")
    place = SimpleNamespace(path=tmp_path, variables=variables)
    question = shlex.join([sys.executable, "-c", ASK])
    # below a program that the shell runs, as git is; ^C ends neither of both before the answer is told
    command = f"trap : INT; {shlex.join(['sh', '-c', f'trap : INT; {question}; exit $?'])}"
    return lambda **environ: Terminal(place, command, **environ)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("\n", "''"),
        ("y\n", "''"),
        (" YES\n", "''"),
        ("Users have a phone\n", "'Users have a phone'"),
        ("  größer\n", "'größer'"),
        ("name it\n", "'name it'"),
        ("yes, it has\n", "'yes, it has'"),
        ("n\n", "None"),
        ("No\n", "None"),
        (" q \n", "None"),
        ("\x03", "None"),
        ("\x04", "None"),
    ],
)
def test_what_is_typed_is_understood(asked, typed, said):
    with asked() as terminal:
        terminal.expect(f"{QUESTION}(waits)")
        assert "The screen\n" in terminal.screen
        terminal.type(typed)
        assert f"\nsaid {said}\nended with 0\n" in terminal.end()


@pytest.mark.parametrize(
    "environ",
    [
        {"CI": "true"},
        {"MIGRATE_GUARD_NO_PROMPT": "1"},
        {"MIGRATE_GUARD_NO_PROMPT": ""},
        {"PREK_HOOK_STAGE": "pre-commit"},
    ],
    ids=["CI", "MIGRATE_GUARD_NO_PROMPT", "MIGRATE_GUARD_NO_PROMPT, empty", "prek"],
)
def test_nobody_is_asked(asked, environ):
    with asked(**environ) as terminal:
        assert terminal.end() == "said None\nended with 0\n"


@pytest.fixture
def blocked(checkout, environment):
    """A model with a column more, staged; the hooks are in place."""
    checkout.variables["MIGRATE_GUARD_PYTHON"] = str(environment)
    checkout.variables.pop("MIGRATE_GUARD_NO_PROMPT", None)
    shutil.copytree(PROJECT, checkout.path, dirs_exist_ok=True)
    checkout.commit("Begin")
    done = checkout.guard("install")
    assert done.returncode == 0, done.stderr
    _add_phone(checkout)
    return checkout


def _run_by_pre_commit(blocked):
    """The same hook, run by pre-commit, with the command of the PATH."""
    blocked.guard("uninstall")
    blocked.write(
        ".pre-commit-config.yaml",
        "repos:\n  - repo: local\n    hooks:\n      - id: migrate-guard\n        name: migrate-guard\n"
        f"        entry: {sys.executable} -m migrate_guard check --staged\n"
        "        language: system\n        always_run: true\n        pass_filenames: false\n",
    )
    blocked.variables["PRE_COMMIT_HOME"] = str(blocked.path.parent / "pre-commit")
    blocked.git("add", ".pre-commit-config.yaml")
    assert blocked.run(sys.executable, "-m", "pre_commit", "install").returncode == 0


@pytest.fixture
def under_pre_commit(blocked):
    _run_by_pre_commit(blocked)
    return blocked


@pytest.fixture(params=["blocked", "under_pre_commit"])
def either(request, blocked):
    if request.param == "under_pre_commit":
        _run_by_pre_commit(blocked)
    return blocked


def _add_phone(repo):
    repo.replace("models.py", NAME, NAME + PHONE)
    repo.git("add", "models.py")


def _written(repo):
    return sorted(path.name for path in (repo.path / VERSIONS).iterdir() if path.name != "aaaa_begin.py")


def _answered(repo, text):
    with Terminal(repo, COMMIT) as terminal:
        terminal.expect(QUESTION)
        terminal.type(text)
        return terminal.end()


def _commits(repo):
    return len(repo.git("log", "--format=%h").splitlines())


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        pytest.param("\n", "add_user_phone", id="Enter"),
        pytest.param("  größer\n", "größer", id="text"),
    ],
)
@pytest.mark.wide("blocked-text", "under_pre_commit-Enter")
def test_yes_writes_the_revision_for_review(either, typed, message):
    either.replace("models.py", TITLE, TITLE + BODY)  # not staged
    screen = _answered(either, typed)
    assert screen.count("error[drift]") == 1
    (name,) = _written(either)
    text = (either.path / VERSIONS / name).read_text()
    assert text.startswith(f'"""{message}"""\n')
    assert "phone" in text and "body" not in text
    assert f"Wrote {VERSIONS}/{name}.\n" in screen
    assert f"git add {shlex.quote(f'{VERSIONS}/{name}')}\n" in screen
    assert "ended with 1" in screen and _commits(either) == 1
    assert f"{VERSIONS}/{name}\0" in either.git("ls-files", "--others", "-z")
    either.git("add", VERSIONS)
    assert either.run("git", "commit", "-m", "Change").returncode == 0


@pytest.mark.parametrize("typed", [pytest.param("n\n", id="n"), pytest.param("\x03", id="^C")])
@pytest.mark.wide("blocked-^C", "under_pre_commit-n")
def test_no_writes_nothing(either, typed):
    screen = _answered(either, typed)
    assert screen.count("error[drift]") == screen.count(COMMAND) == 1
    assert "Traceback" not in screen
    assert _written(either) == [] and _commits(either) == 1
    assert "Wrote" not in screen and "ended with 0" not in screen


def test_silence_is_no(blocked):
    hook = blocked.path / ".git" / "hooks" / "pre-commit"
    hook.write_text(f"#!/bin/sh\nexec {shlex.join([sys.executable, '-c', _IMPATIENT])}\n")
    with Terminal(blocked, f'{COMMIT}; read -r rest; echo "rest: $rest"') as terminal:
        terminal.expect(QUESTION)
        terminal.type("half an answ")
        terminal.expect("half an answ\n")
        terminal.type("for the shell\n")
        screen = terminal.end()
    assert "rest: for the shell\n" in screen
    assert screen.count("error[drift]") == screen.count(COMMAND) == 1
    assert _written(blocked) == [] and _commits(blocked) == 1


def test_what_is_typed_is_seen(blocked):
    with Terminal(blocked, COMMIT) as terminal:
        terminal.expect(QUESTION)
        terminal.type("Phones")
        terminal.expect(f"{QUESTION}Phones")
        terminal.type("\x15n\n")
        terminal.end()
    assert _written(blocked) == []


@pytest.mark.wide("under_pre_commit")
def test_what_was_typed_before_is_no_answer(either):
    with Terminal(either, COMMIT) as terminal:
        terminal.type("\nand so on\n")
        terminal.expect(QUESTION)
        assert "and so on" in terminal.screen
        time.sleep(0.3)
        assert _written(either) == []
        terminal.type("n\n")
        terminal.end()
    assert _written(either) == []


def test_not_asked_in_ci(blocked):
    with Terminal(blocked, COMMIT, CI="true") as terminal:
        _not_asked(blocked, terminal.end())


def _not_asked(repo, screen):
    assert QUESTION not in screen
    assert screen.count("error[drift]") == screen.count(COMMAND) == 1
    assert _written(repo) == [] and _commits(repo) == 1


def test_not_asked_in_a_session_of_the_runners(blocked):
    """As lefthook runs hooks: on a terminal that nobody sees."""
    with Terminal(blocked, COMMIT, leader="git") as terminal:
        _not_asked(blocked, terminal.end())


def test_not_asked_in_the_background(blocked):
    with Terminal(blocked, f"set -m\n{COMMIT} &\nwait $!") as terminal:
        _not_asked(blocked, terminal.end())


def test_not_asked_without_a_terminal(blocked):
    done = blocked.run("git", "commit", "-m", "Change", start_new_session=True)
    assert done.returncode == 1
    _not_asked(blocked, done.stderr)


def _second_head(repo):
    for name in ("cccc", "dddd"):
        repo.write(
            f"{VERSIONS}/{name}.py", f'revision = "{name}"\ndown_revision = "aaaa"\ndef upgrade(): pass\n'
        )
    repo.git("add", VERSIONS)


def _intended_heads(repo):
    repo.write("pyproject.toml", "[tool.migrate-guard]\nheads = 2\n")
    repo.git("add", "pyproject.toml")
    _second_head(repo)


def _revision_on_disk(repo):
    repo.write(f"{VERSIONS}/cccc.py", 'revision = "cccc"\ndown_revision = "aaaa"\ndef upgrade(): pass\n')


@pytest.mark.parametrize("make", [_second_head, _intended_heads, _revision_on_disk])
@pytest.mark.wide("_intended_heads")
def test_not_asked_where_a_new_revision_is_not_all_that_is_missing(blocked, make):
    make(blocked)
    before = _written(blocked)
    with Terminal(blocked, COMMIT) as terminal:
        screen = terminal.end()
    assert QUESTION not in screen and "ended with 1" in screen
    assert screen.count("error[drift]") == 1
    assert _written(blocked) == before


def _rename(repo):
    repo.replace("models.py", NAME, NAME.replace("name", "full_name"))
    repo.git("add", "models.py")


@pytest.mark.wide("under_pre_commit")
def test_a_rename_is_left_to_fix(either):
    """The commit is no moment to think of values, and a hook never answers by itself."""
    _rename(either)
    with Terminal(either, COMMIT) as terminal:
        screen = terminal.end()
    assert QUESTION not in screen and "ended with 1" in screen
    assert screen.count("fix --rename user.name:user.full_name\n") == screen.count("fix --no-rename\n") == 1
    assert screen.count("error[drift]") == 1 and "fix -m" not in screen
    assert _written(either) == [] and _commits(either) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("1\n", "op.alter_column('user', 'name', new_column_name='full_name')", id="renamed"),
        pytest.param("n\n", "op.drop_column('user', 'name')", id="not renamed"),
        pytest.param("\n", "", id="Enter"),
    ],
)
@pytest.mark.wide("not renamed")
def test_fix_asks_on_a_terminal(blocked, typed, words):
    _rename(blocked)
    with Terminal(blocked, f"{sys.executable} -m migrate_guard fix --staged -m Names") as terminal:
        terminal.expect("[1] to user.full_name: same type, 62 % alike by name\n")
        terminal.expect("[Enter] stop: ")
        terminal.type(typed)
        screen = terminal.end()
    assert ("ended with 0" in screen, 'fix --staged -m "Names" --no-rename\n' in screen) == (
        bool(words),
        not words,
    )
    assert [words in (blocked.path / VERSIONS / name).read_text() for name in _written(blocked)] == [
        True
    ] * bool(words)


def test_fix_asks_again_after_another_key(blocked):
    _rename(blocked)
    with Terminal(blocked, f"{sys.executable} -m migrate_guard fix --staged -m Names") as terminal:
        terminal.expect("[Enter] stop: ")
        terminal.type("x\n")
        terminal.expect("x is none of these.\n")
        terminal.expect("[Enter] stop: ")
        terminal.type("1\n")
        screen = terminal.end()
    assert "ended with 0" in screen


def test_fix_in_a_pipe_does_not_ask(blocked):
    _rename(blocked)
    with Terminal(blocked, f"true | {sys.executable} -m migrate_guard fix --staged -m Names") as terminal:
        screen = terminal.end()
    assert "stop: " not in screen and "--no-rename\n" in screen
    assert screen.endswith("\nNothing was written.\nended with 1\n")


@pytest.mark.parametrize("branch", ["main", "feature"])
@pytest.mark.wide("feature")
def test_a_push_asks_only_where_what_is_pushed_is_checked_out(under_pre_commit, branch):
    repo = under_pre_commit
    assert repo.run(sys.executable, "-m", "pre_commit", "install", "-t", "pre-push").returncode == 0
    repo.git("init", "-q", "--bare", repo.path.parent / "remote")
    repo.git("remote", "add", "origin", repo.path.parent / "remote")
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.commit("Not guarded", "--no-verify")
    repo.git("checkout", "-q", "-b", "feature")
    repo.replace("models.py", NAME + PHONE, NAME)
    repo.commit("Without it", "--no-verify")
    repo.git("checkout", "-q", branch)
    with Terminal(repo, "git push origin main") as terminal:
        if branch == "main":
            terminal.expect(QUESTION)
            terminal.type("\n")
        screen = terminal.end()
    assert "ended with 1" in screen
    assert (QUESTION in screen) == (branch == "main")
    assert ("\n  git checkout main\n" in screen) == (branch == "feature")
    assert len(_written(repo)) == (branch == "main")


def test_not_asked_by_hand(blocked):
    with Terminal(blocked, f"{sys.executable} -m migrate_guard check --staged") as terminal:
        _not_asked(blocked, terminal.end())
