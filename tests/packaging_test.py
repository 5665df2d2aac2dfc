"""The wheel holds what is needed and nothing else, and works where it is installed."""

import subprocess
import sys
import zipfile

import pytest

from migrate_guard.cli import VERSION
from tests.conftest import ROOT

HOOKS = {f"migrate_guard/hooks/{path.name}" for path in (ROOT / "hooks").iterdir()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, foreign):
    folder = tmp_path_factory.mktemp("wheel")
    backend = foreign("backend")
    command = [backend / "bin/python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, ROOT], check=True)
    (built,) = folder.iterdir()
    return built


def members(wheel):
    with zipfile.ZipFile(wheel) as file:
        return {member.filename: member.external_attr >> 16 for member in file.infolist()}


def test_what_the_wheel_holds(wheel):
    assert wheel.name == f"migrate_guard-{VERSION}-py3-none-any.whl"
    code = [*(ROOT / "migrate_guard").rglob("*.py"), *(ROOT / "migrate_guard/scratch/stand_ins").iterdir()]
    package = {path.relative_to(ROOT).as_posix() for path in code}
    info = f"migrate_guard-{VERSION}.dist-info"
    metadata = {
        f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }
    assert members(wheel).keys() == package | HOOKS | metadata


def test_hooks_can_be_run(wheel):
    modes = members(wheel)
    assert HOOKS
    assert all(modes[hook] & 0o111 == 0o111 for hook in HOOKS)


def test_it_works_where_it_is_installed(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    install = [tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, wheel], check=True, stderr=subprocess.DEVNULL)
    command = tmp_path / "venv/bin/migrate-guard"
    done = subprocess.run([command, "--version"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"migrate-guard {VERSION}\n")
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", repository], check=True)
    done = subprocess.run([command, "check", "--staged"], cwd=repository, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run([command, "install"], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all((repository / ".git/hooks" / name.rpartition("/")[2]).exists() for name in HOOKS)
