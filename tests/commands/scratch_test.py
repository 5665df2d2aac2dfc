"""What lies in our folders is told whole, and removed but for what a run uses."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrate_guard import cli
from migrate_guard.machine import locks
from migrate_guard.machine.workspace import Workspace


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache/migrate-guard"


@pytest.fixture
def scratch(tmp_path, variables):
    """``scratch(action)``: its screen, outside of any repository, with SIZE and TIME in it."""

    def run(action):
        done = subprocess.run(
            [sys.executable, "-m", "migrate_guard", "scratch", action],
            cwd=tmp_path,
            env={**variables, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        screen = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d\b", "TIME", done.stdout)
        return re.sub(r" +[1-9]\d*\.\d MB", " SIZE", screen)

    return run


def large(folder):
    (folder / "large").write_bytes(b"x" * 3_000_000)


def killed(cache, code="pass"):
    """The folder of a run that was killed."""
    program = (
        "import os, signal, sys\nfrom migrate_guard.machine.workspace import Workspace\n"
        f"run = Workspace({{'XDG_CACHE_HOME': {str(cache.parent)!r}}}).__enter__()\n"
        f"folder = run.folder('scratch')\n{code}\nprint(os.path.dirname(folder))\nsys.stdout.flush()\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done.stdout.strip()


def test_nothing(scratch, cache, shows):
    shows(scratch("status"), "scratch", "nothing, status")
    shows(scratch("clean"), "scratch", "nothing, clean")
    assert not cache.exists()


def test_all_that_there_is(scratch, cache, tmp_path, shows):
    environ = {"XDG_CACHE_HOME": str(cache.parent)}
    template = cache / "templates/postgresql-15.18"
    template.mkdir(parents=True)
    large(template)
    outside = tmp_path / "migrate-guard-0123"
    outside.mkdir()
    large(outside)
    for name in ("blog", "shop"):
        (tmp_path / name).mkdir()
    with Workspace(environ) as run:
        kept = Path(run.kept(f"{tmp_path}/shop"))
        large(kept)
    with Workspace(environ) as run:
        used = Path(run.kept(f"{tmp_path}/blog"))
        large(used)
        own_folder = Path(run.folder("scratch"))
        large(own_folder)
        link = f"os.symlink({str(outside)!r}, folder + '/outside-0')"
        left = killed(cache, link)
        snapshots = {
            kept: f"  {tmp_path}/shop SIZE  since TIME\n",
            used: f"  {tmp_path}/blog SIZE  since TIME  in use\n",
        }
        own = f"  process {os.getpid()} SIZE  since TIME\n"
        runs = {
            left: f"  left over by a killed run SIZE  since TIME\n    with {outside}\n",
            str(own_folder.parent): own,
        }

        assert scratch("status") == (
            f"{cache}: SIZE\n\ntemplates of servers\n  postgresql-15.18 SIZE  since TIME\n\n"
            f"snapshots of working trees\n{''.join(snapshots[path] for path in sorted(snapshots))}\n"
            f"runs\n{''.join(runs[path] for path in sorted(runs))}\n"
            "To remove what no run uses:\n  migrate-guard scratch clean\n"
        )
        assert scratch("clean") == (
            "removed: SIZE\n\ntemplates of servers\n  postgresql-15.18 SIZE  since TIME\n\n"
            f"snapshots of working trees\n{snapshots[kept]}\n"
            f"runs\n{runs[left]}\n"
            f"left, as a run uses it:\n\nsnapshots of working trees\n{snapshots[used]}\nruns\n{own}"
        )
        assert [path.exists() for path in (template, outside, kept, Path(left))] == [False] * 4
        assert [path.exists() for path in (used, own_folder)] == [True, True]
    assert scratch("clean").startswith("removed: SIZE\n")
    assert scratch("status") == f"{cache}: nothing\n"


def test_columns_are_aligned(variables, cache, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))
    for name, size in (("mariadb-10.11.19", 26_000_000), ("postgresql-9.6", 300_000)):
        (cache / "templates" / name).mkdir(parents=True)
        (cache / "templates" / name / "file").write_bytes(b"x" * size)
    assert cli.main(["scratch", "status"]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if "since" in line]
    assert [re.sub(r"\d{4}-.*", "TIME", row) for row in rows] == [
        "  mariadb-10.11.19   26.0 MB  since TIME",
        "  postgresql-9.6      0.3 MB  since TIME",
    ]


def test_a_template_that_is_being_copied_stays_until_it_is_copied(scratch, cache, tmp_path):
    template = cache / "templates/postgresql-15.18"
    template.mkdir(parents=True)
    large(template)
    with locks.holding(str(template.parent), shared=True):
        cleaning = subprocess.Popen(
            [sys.executable, "-m", "migrate_guard", "scratch", "clean"],
            env={**os.environ, "XDG_CACHE_HOME": str(cache.parent)},
            stdout=subprocess.DEVNULL,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            cleaning.wait(0.5)
        assert template.is_dir()
    assert cleaning.wait(30) == 0
    assert not template.exists()


def test_what_nobody_may_write_to_is_removed(scratch, cache, tmp_path):
    """A project's own code may take rights away in a snapshot."""
    with Workspace({"XDG_CACHE_HOME": str(cache.parent)}) as run:
        folder = Path(run.kept(str(tmp_path))) / "tree/closed"
        folder.mkdir(parents=True)
        large(folder)
        folder.chmod(0o500)
    scratch("clean")
    assert scratch("status") == f"{cache}: nothing\n"


@pytest.mark.parametrize(
    "arguments", [["scratch"], ["scratch", "status"], ["scratch", "clean"]], ids=" ".join
)
def test_help(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"usage: migrate-guard {' '.join(arguments)} [-h]")
    if arguments == ["scratch"]:
        assert "status what exists, how large it is, and since when" in said
        assert "clean remove all that no run uses at the moment; the next run makes it anew" in said
