"""What the README shows and tells is what happens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrate_guard import config

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
REVISION = '''"""{name}"""

revision = "{id}"
down_revision = "aaaaaaaaaaaa"


def upgrade():
    pass
'''


def shown(name):
    """The finding and the command of the screen that the README shows as ``name``."""
    block = re.search(rf"<!-- screen: {name} -->\n```console\n(.*?)```", README, re.DOTALL)[1]
    return block[block.index("error[") :]


def test_the_screen_of_a_drift(project):
    blog = project("readme_blog")
    blog.replace("models.py", "nullable=False)", "nullable=False)\n    phone = db.Column(db.String(20))")
    blog.git("add", "-A")
    done = blog.guard("check", "--staged")
    assert (done.returncode, done.stdout.split("\n\nmigrations:")[0] + "\n") == (1, shown("drift"))


def test_the_screen_of_two_heads(project, environment):
    blog = project("readme_blog")
    blog.variables["PATH"] = f"{environment}/bin:{blog.variables['PATH']}"  # the environment is active
    for id, name in (("bbbbbbbbbbbb", "tags"), ("cccccccccccc", "comments")):
        blog.write(f"migrations/versions/{id}_{name}.py", REVISION.format(id=id, name=name))
    blog.git("add", "-A")
    done = blog.guard("check", "--staged")
    assert (done.returncode, done.stdout.split("\n\nmigrations:")[0] + "\n") == (1, shown("heads"))


def test_the_settings_are_those_that_there_are():
    table = re.search(r"```toml\n(.*?)```", README, re.DOTALL)[1]
    settings = config.read(table.encode(), {})
    assert settings.declared
    names = re.findall(r"^(\w+) =|^\[+tool\.migrate-guard\.(\w+)", table.split("\nname =")[0], re.MULTILINE)
    assert set(map("".join, names)) - {"SECRET_KEY"} == set(config.READERS)


@pytest.mark.parametrize("command", ["demo", "test", "screens"])
def test_the_commands_for_contributors_are_targets(command):
    assert f"`make {command}`" in README
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.wide
def test_the_demo_plays_to_its_end_with_the_yaml_of_the_readme(tmp_path, variables, published):
    """Through real pre-commit and real git commit; the demo ends at the first command that does otherwise."""
    demo = [sys.executable, "docs/demo.py", str(tmp_path / "demo")]
    done = subprocess.run(demo, cwd=published, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("error[drift] migrations", "error[multiple-heads] migrations", "That was all."):
        assert said in done.stdout + done.stderr
