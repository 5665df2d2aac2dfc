"""A project whose code asks git is judged, with a repository that is made once it has asked."""

import pytest

ENV = "from alembic import context\n"
TOP = """\
import subprocess
said = subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip()
assert __file__.startswith(said), said
subprocess.run("git config --global user.name nobody; git update-ref refs/heads/evil HEAD", shell=True)
"""
WALK = """\
import pathlib
assert any((one / ".git").exists() for one in pathlib.Path(__file__).resolve().parents)
"""


@pytest.mark.wide("walk")
@pytest.mark.parametrize("code", [pytest.param(TOP, id="git"), pytest.param(WALK, id="walk")])
def test_code_that_asks_git_is_judged(project, code):
    asking = project("linear")
    env = next(asking.path.rglob("env.py")).relative_to(asking.path).as_posix()
    asking.write(env, code + (asking.path / env).read_text())
    asking.git("add", "-A")
    before = asking.git("for-each-ref"), asking.git("config", "--list")
    for _ in range(2):
        done = asking.guard("check", "--staged")
        assert done.returncode == 0, done.stdout + done.stderr
    assert (asking.git("for-each-ref"), asking.git("config", "--list")) == before
