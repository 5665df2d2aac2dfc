"""The kept folder shows a source and the ignored files it needs, and nothing of the user's is ever written to."""

import ctypes
import os
import stat
import subprocess
import sys
import tempfile

import pytest

from migrate_guard.errors import ConfigError, GitError
from migrate_guard.machine.workspace import Workspace
from migrate_guard.repository import snapshot, source
from migrate_guard.repository.git import Repository


@pytest.fixture
def kept(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


@pytest.fixture
def shown(checkout, kept):
    """``shown(...)``: bring the kept folder up to the index, and return where its files are."""

    def make(read=source.staged, folder=kept, **options):
        judged = read(repository(checkout), tempfile.mkdtemp(dir=checkout.path.parent))
        snapshot.make(judged, str(folder), **options)
        return folder / "tree"

    return make


def repository(checkout):
    git = {name: value for name, value in checkout.variables.items() if name.startswith("GIT_")}
    return Repository(str(checkout.path), git)


def files(folder):
    """Every file, link and empty folder below ``folder``."""
    found = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_dir():
            found.add(name)
        elif not any(path.iterdir()):
            found.add(name + "/")
    return found


def put(checkout, contents):
    for name, text in contents.items():
        checkout.write(name, text)


# --- the source


def test_only_what_changed_is_written(checkout, shown):
    put(checkout, {"a": "1", "b": "1", "folder/c": "1"})
    checkout.git("add", ".")
    tree = shown()
    before = {name: (tree / name).stat() for name in files(tree)}
    checkout.write("a", "2")
    checkout.git("add", ".")
    shown()
    assert (tree / "a").read_text() == "2"
    for name in ("b", "folder/c"):
        assert (tree / name).stat().st_ctime_ns == before[name].st_ctime_ns


def test_edits_of_one_size_and_time(checkout, shown):
    for number in range(20):
        checkout.write("a", f"{number:02}")
        os.utime(checkout.path / "a", (1, 1))
        checkout.git("add", "a")
        checkout.git(
            "update-index", "--cacheinfo", f"100644,{checkout.git('hash-object', '-w', 'a').strip()},a"
        )
        assert (shown() / "a").read_text() == f"{number:02}"


def test_the_index_decides(checkout, shown):
    put(checkout, {"kept": "1", "edited": "staged", "removed": "1"})
    checkout.commit()
    put(checkout, {"edited": "on disk", "untracked": "1", "folder/untracked": "1"})
    checkout.git("rm", "-q", "--cached", "removed")
    checkout.write("intended", "1")
    checkout.git("add", "--intent-to-add", "intended")
    tree = shown()
    assert files(tree) == {"kept", "edited"}
    assert (tree / "edited").read_text() == "staged"


def test_a_commit_is_shown_as_it_was(checkout, shown):
    put(checkout, {"a": "1"})
    checkout.commit()
    put(checkout, {"a": "2", "b": "2"})
    checkout.commit()

    def first(repo, folder):
        return source.commit(repo, "HEAD~1")

    assert files(shown(read=first)) == {"a"}
    assert files(shown()) == {"a", "b"}


def test_deleted_packages_vanish_with_their_bytecode(checkout, shown):
    put(checkout, {"gone/__init__.py": "", "gone/deep/m.py": "", "here/m.py": "", "here/other.py": ""})
    checkout.git("add", ".")
    tree = shown()
    for name in ("gone/deep", "here"):
        (tree / name / "__pycache__").mkdir()
        (tree / name / "__pycache__" / "m.cpython-311.pyc").write_text("")
    (tree / "here/__pycache__/other.cpython-311.pyc").write_text("")
    (tree / "here/__pycache__/m.cpython-311.pyc.123").write_text("")
    checkout.git("rm", "-rqf", "gone", "here/other.py")
    shown()
    assert files(tree) == {"here/m.py", "here/__pycache__/m.cpython-311.pyc"}
    assert not (tree / "gone").exists()


def test_what_the_project_wrote_is_gone(checkout, shown):
    put(checkout, {"a": "a", "b": "b", "folder/c": "c"})
    checkout.git("add", ".")
    tree = shown()
    (tree / "a").write_text("changed")
    (tree / "b").unlink()
    (tree / "b").mkdir()
    (tree / "b" / "inner").write_text("")
    (tree / "folder" / "c").unlink()
    (tree / "folder").rmdir()
    (tree / "folder").symlink_to(checkout.path)
    (tree / "instance").mkdir()
    (tree / "instance" / "app.db").write_text("")
    (tree / "empty" / "deep").mkdir(parents=True)
    (tree / "link").symlink_to("nowhere")
    (tree / "name\n with ümlaut").write_text("")
    subprocess.run(["git", "init", "-q", tree / "nested"], check=True)
    os.mkfifo(tree / "pipe")
    shown()
    assert files(tree) == {"a", "b", "folder/c"}
    assert [(tree / name).read_text() for name in ("a", "b", "folder/c")] == ["a", "b", "c"]
    assert files(checkout.path) >= {"folder/c"}


def test_a_file_becomes_a_folder_and_back(checkout, shown):
    for turn in range(4):
        for name in ("a", "b"):
            checkout.run("rm", "-rf", name)
        put(checkout, {"a": "1", "b/c": "1"} if turn % 2 else {"a/c": "1", "b": "1"})
        checkout.git("add", "-A")
        assert files(shown()) == ({"a", "b/c"} if turn % 2 else {"a/c", "b"})


def test_links_bits_and_names(checkout, shown):
    put(checkout, dict.fromkeys(["target", "with space", "ümlaut/ß", "new\nline", '"quoted"', "-x"], "1"))
    (checkout.path / os.fsdecode(b"not-utf8-\xff")).write_text("1")
    (checkout.path / "link").symlink_to("target")
    (checkout.path / "outside").symlink_to(checkout.path.parent)
    (checkout.path / "target").chmod(0o755)
    checkout.git("add", ".")
    tree = shown()
    assert files(tree) == files(checkout.path) - {n for n in files(checkout.path) if n.startswith(".git/")}
    assert os.readlink(tree / "link") == "target"
    assert (tree / "target").stat().st_mode & stat.S_IXUSR
    assert not (tree / "-x").stat().st_mode & stat.S_IXUSR


def test_attributes(checkout, shown):
    """Line ends as a checkout would have them; what `git archive` leaves out is in; LFS files stay pointers."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"
    put(checkout, {"unix": "a\n", "dos": "a\n", "exported": "1", "large.bin": pointer})
    checkout.write(".gitattributes", "dos text eol=crlf\nexported export-ignore\n*.bin -text\n")
    checkout.git("add", ".")
    tree = shown()
    assert (tree / "unix").read_bytes() == b"a\n"
    assert (tree / "dos").read_bytes() == b"a\r\n"
    assert (tree / "exported").exists()
    assert (tree / "large.bin").read_text() == pointer


def test_a_submodule_is_shown_by_overlay_only(checkout, shown, tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path / "other"], check=True)
    (tmp_path / "other" / "inner.py").write_text("")
    other = type(checkout)(tmp_path / "other", checkout.variables)
    other.commit()
    checkout.git("submodule", "--quiet", "add", str(other.path), "lib")
    checkout.git("config", "submodule.recurse", "true")
    modules = files(checkout.path / ".git/modules")
    settings = (checkout.path / ".git/modules/lib/config").read_text()
    assert files(shown()) == {".gitmodules", "lib/"}
    assert files(shown(overlay=("lib",))) == {".gitmodules", "lib/inner.py"}
    assert files(shown()) == {".gitmodules", "lib/"}
    assert files(checkout.path / ".git/modules") == modules
    assert (checkout.path / ".git/modules/lib/config").read_text() == settings


# --- what the user's repository is set to


def test_a_sparse_checkout_is_shown_whole(checkout, shown):
    put(checkout, {"a/x": "1", "b/x": "1"})
    checkout.commit()
    checkout.git("sparse-checkout", "set", "a")
    assert not (checkout.path / "b").exists()
    assert files(shown()) == {"a/x", "b/x"}


@pytest.mark.parametrize("setting", ["core.splitIndex", "core.untrackedCache", "feature.manyFiles"])
def test_nothing_is_written_into_the_repository(checkout, shown, setting):
    put(checkout, {"a": "1"})
    checkout.commit()
    checkout.git("config", setting, "true")
    hook = checkout.write(
        ".git/hooks/post-index-change", f"#!/bin/sh\ntouch {checkout.path.parent}/hook-ran\n"
    )
    hook.chmod(0o755)
    before = {name: (checkout.path / name).stat().st_mtime_ns for name in files(checkout.path)}
    judged = source.commit(repository(checkout), "HEAD")
    shown(read=lambda repo, folder: judged)
    assert {name: (checkout.path / name).stat().st_mtime_ns for name in files(checkout.path)} == before
    assert not (checkout.path.parent / "hook-ran").exists()


# --- ignored files


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        "app/_version.py",
        "app/fast.cpython-311-x86_64-linux-gnu.so",
        "generated/deep/m.py",
        "a b/ü.py",
    ],
)
def test_ignored_files_are_shown(checkout, shown, name):
    checkout.write(".gitignore", "/*\n!.gitignore\napp/*\n")
    checkout.git("add", ".gitignore")
    checkout.write(name, "1")
    (checkout.path / name).chmod(0o755)
    tree = shown()
    assert files(tree) == {".gitignore", name}
    assert not (tree / name).is_symlink()
    assert (tree / name).stat().st_mode & stat.S_IXUSR
    checkout.write(name, "2")
    shown()
    assert (tree / name).read_text() == "2"
    (checkout.path / name).unlink()
    shown()
    assert files(tree) == {".gitignore"}


@pytest.mark.parametrize(
    "name",
    [
        "app.db", "app.sqlite3", "App.SQLite", "app.db-wal", "app.log", "m.pyc", ".coverage",
        "node_modules/m.py", "web/node_modules/m.py", "__pycache__/m.py", ".tox/m.py", ".mypy_cache/m.py",
        "build/__editable__.shop-0.1/m.py",
    ],
)  # fmt: skip
def test_databases_logs_and_caches_are_not(checkout, shown, name):
    checkout.write(".gitignore", "*\n")
    checkout.write(name, "1")
    assert files(shown()) == {".gitignore"}


@pytest.mark.parametrize("name", ["instance/app.db", "logs/app.log"])
def test_their_folders_are(checkout, shown, name):
    """Applications write into them, and make none."""
    checkout.write(".gitignore", "*\n")
    checkout.write(name, "1")
    assert files(shown()) == {".gitignore", name.partition("/")[0] + "/"}
    (checkout.path / name).unlink()
    assert files(shown()) == {".gitignore"}


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history", "PG_VERSION", ".git/HEAD", ".git"])
def test_environments_databases_and_repositories_are_not(checkout, shown, mark):
    checkout.write(".gitignore", "*\n")
    for folder in ("place", "deep/place"):
        checkout.write(f"{folder}/{mark}", "1")
        checkout.write(f"{folder}/lib/m.py", "1")
    assert files(shown()) == {".gitignore"}
    assert files(shown(overlay=("place/lib",))) == {".gitignore", "place/lib/m.py"}


@pytest.mark.parametrize("pattern", ["many/", "many/*.json"])
def test_a_folder_of_many_files_needs_an_overlay(checkout, shown, pattern):
    checkout.write(".gitignore", pattern + "\n")
    checkout.write("many/tracked", "1")
    checkout.git("add", "-f", ".")
    for number in range(1001):
        checkout.write(f"many/{number}.json", "")
    assert files(shown()) == {".gitignore", "many/tracked"}
    assert len(files(shown(overlay=("many",)))) == 1003
    (checkout.path / "many/0.json").unlink()
    assert len(files(shown())) == 1002


def test_large_files_are_copied_if_they_are_code_or_named(checkout, shown):
    """Nothing that the project writes to is the user's own."""
    checkout.write(".gitignore", "*\n")
    for name in ("model.bin", "named.bin", "inner.so"):
        os.truncate(checkout.write(name, "1"), 20_000_000)

    made = shown(overlay=["named.bin"])

    # where the file system lets files share their blocks, all are there
    assert {"named.bin", "inner.so"} <= {path.name for path in made.iterdir()}
    assert not any(path.is_symlink() for path in made.iterdir())
    copied = (made / "named.bin").stat().st_ctime_ns
    (made / "inner.so").write_text("2")
    shown(overlay=["named.bin"])
    assert (made / "named.bin").stat().st_ctime_ns == copied
    assert (checkout.path / "inner.so").stat().st_size == (made / "inner.so").stat().st_size == 20_000_000


def test_what_is_too_large_is_left_out_and_named(checkout, kept, monkeypatch):
    monkeypatch.setattr(snapshot, "_share", lambda source, target: False)
    checkout.write(".gitignore", "*\n")
    for name in ("data/model.bin", "one.so", "two.so"):
        os.truncate(checkout.write(name, "1"), 120_000_000)
    judged = source.staged(repository(checkout), tempfile.mkdtemp(dir=checkout.path.parent))

    made = snapshot.make(judged, str(kept))

    assert made.left_out == ("data/model.bin", "two.so")
    assert sorted(os.listdir(made.tree)) == [".gitignore", "data", "one.so"]
    assert os.listdir(f"{made.tree}/data") == []


def test_hidden_ones_are_not(checkout, shown):
    checkout.write(".gitignore", "*\n")
    checkout.write("versions/a.py", "")
    checkout.write("other.py", "")
    hidden = shown(hidden=lambda path: path.startswith("versions/"), overlay=("versions",))
    assert files(hidden) == {".gitignore", "other.py"}


def test_ignored_links(checkout, shown, tmp_path):
    """To a file: its content. To a folder: a folder with its files. To nothing, or in a circle: not at all."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "settings.py").write_text("1")
    checkout.write(".gitignore", "*\n")
    (checkout.path / "local.py").symlink_to(elsewhere / "settings.py")
    (checkout.path / "folder").symlink_to(elsewhere)
    (elsewhere / "again").symlink_to(elsewhere)
    (checkout.path / "broken").symlink_to("nowhere")
    (checkout.path / "circle").symlink_to("circle")
    os.mkfifo(checkout.path / "pipe")
    tree = shown(overlay=("broken", "pipe", "missing"))
    assert files(tree) == {".gitignore", "local.py", "folder/settings.py"}
    assert not any(path.is_symlink() for path in tree.rglob("*"))


@pytest.mark.parametrize("overlay", ["../elsewhere", "/etc/hosts", "a/../../elsewhere"])
def test_overlay_outside_of_the_repository(shown, overlay):
    with pytest.raises(ConfigError) as raised:
        shown(overlay=(overlay,))
    assert raised.value.message == f'overlay names "{overlay}", which is not inside the repository.'


def test_a_cache_inside_the_repository_is_not_shown_in_itself(checkout, shown):
    checkout.write(".gitignore", "local/\n")
    checkout.git("add", ".")
    inside = checkout.path / "local" / "snapshots" / "0"
    inside.mkdir(parents=True)
    for _ in range(2):
        assert files(shown(folder=inside)) == {".gitignore"}


# --- never through a link into the user's tree


def test_a_link_in_the_source_is_not_written_through(checkout, shown, tmp_path):
    """The source has a link where the working tree has a folder with ignored files."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (checkout.path / "data").symlink_to(elsewhere)
    checkout.write(".gitignore", "*.cfg\n")
    checkout.git("add", ".")
    (checkout.path / "data").unlink()
    checkout.write("data/local.cfg", "1")
    assert files(shown()) == {".gitignore", "data"}
    assert not list(elsewhere.iterdir())


def test_a_file_or_folder_in_the_source_comes_before_an_ignored_one(checkout, shown):
    put(checkout, {"a": "1", "b/c": "1"})
    checkout.write(".gitignore", "*\n")
    checkout.git("add", "-f", ".")
    checkout.run("rm", "-rf", "a", "b")
    put(checkout, {"a/ignored": "1", "b": "1"})
    assert files(shown()) == {".gitignore", "a", "b/c"}


def test_a_link_left_behind_is_not_written_through(checkout, shown):
    """A large file was linked; the project, or an earlier run, left links where files are to be copied."""
    checkout.write(".gitignore", "*\n")
    victim = checkout.write("victim.txt", "mine")
    checkout.write("folder/settings.py", "1")
    tree = shown()
    (tree / "folder" / "settings.py").unlink()
    (tree / "folder" / "settings.py").symlink_to(victim)
    shown()
    (tree / "folder" / "settings.py").unlink()
    (tree / "folder").rmdir()
    (tree / "folder").symlink_to(checkout.path)
    shown()
    assert victim.read_text() == "mine"
    assert not (checkout.path / "settings.py").exists()
    assert (tree / "folder/settings.py").read_text() == "1"


# --- damage, and runs beside each other


def damage_index(kept):
    (kept / "index").unlink()


def damage_tree(kept):
    subprocess.run(["rm", "-rf", kept / "tree"], check=True)


def damage_content(kept):
    (kept / "index").write_bytes(b"garbage")


def leave_lock(kept):
    (kept / "index.lock").write_text("")


def replace_tree(kept):
    damage_tree(kept)
    (kept / "tree").symlink_to(kept.parent / "repository")


@pytest.mark.parametrize("damage", [damage_index, damage_tree, damage_content, leave_lock, replace_tree])
def test_a_damaged_folder_heals(checkout, shown, kept, damage):
    put(checkout, {"a": "1", "b/c": "1"})
    checkout.git("add", ".")
    shown()
    damage(kept)
    checkout.git("rm", "-qf", "b/c")
    checkout.write("untracked", "mine")
    assert files(shown()) == {"a"}
    assert (checkout.path / "untracked").exists()


def test_objects_that_are_gone(checkout, shown):
    """The kept index names objects of an earlier run, which went with it."""
    put(checkout, {"a": "1", "b": "1"})
    checkout.commit()
    checkout.write("a", "never committed")
    shown(read=source.working_tree)
    for folder in checkout.path.parent.glob("tmp*"):
        subprocess.run(["rm", "-rf", folder], check=True)
    checkout.git("checkout", "-q", ".")
    tree = shown()
    assert (tree / "a").read_text() == "1"


def test_what_cannot_be_mended_is_told(checkout, shown):
    put(checkout, {"a": "1"})
    checkout.git("add", ".")
    (loose,) = (checkout.path / ".git/objects").glob("[0-9a-f][0-9a-f]/*")
    loose.unlink()
    with pytest.raises(GitError):
        shown()


def test_runs_beside_each_other_have_a_folder_each(tmp_path):
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    with Workspace(environ) as first, Workspace(environ) as second:
        folders = [first.kept("/project"), second.kept("/project"), first.kept("/other")]
    assert len(set(folders)) == 3
    with Workspace(environ) as third:
        assert third.kept("/project") == folders[0]


def test_a_killed_run_blocks_nobody(tmp_path):
    code = (
        "import os, signal, sys\nfrom migrate_guard.machine.workspace import Workspace\n"
        f"Workspace({{'XDG_CACHE_HOME': {str(tmp_path)!r}}}).__enter__().kept('/project')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code])
    (left,) = (tmp_path / "migrate-guard/snapshots").iterdir()
    with Workspace({"XDG_CACHE_HOME": str(tmp_path)}) as workspace:
        assert workspace.kept("/project") == str(left)
        runs = (tmp_path / "migrate-guard/runs").glob("run-*")
        assert [str(run) for run in runs] == [os.path.dirname(workspace.folder("any"))]


# --- permissions


def without_privileges():
    """Root may do everything; without these two capabilities it is like anyone else."""
    if os.getuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


MAKE = """\
import sys, tempfile
from migrate_guard.repository import snapshot, source
from migrate_guard.repository.git import Repository
judged = source.staged(Repository(sys.argv[1], {}), tempfile.mkdtemp(dir=sys.argv[2]))
snapshot.make(judged, sys.argv[2])
"""


def make_as_anyone(checkout, kept):
    command = [sys.executable, "-c", MAKE, checkout.path, kept]
    subprocess.run(command, check=True, env=checkout.variables, preexec_fn=without_privileges)
    return kept / "tree"


def test_read_only_folders_are_removed(checkout, kept):
    put(checkout, {"a/b": "1"})
    checkout.git("add", ".")
    tree = make_as_anyone(checkout, kept)
    (tree / "locked" / "deep").mkdir(parents=True)
    (tree / "locked" / "deep" / "file").write_text("")
    (tree / "a" / "b").write_text("changed")
    (tree / "a" / "b").chmod(0)
    for name in ("locked/deep", "locked", "a", "."):
        (tree / name).chmod(0o500 if name == "a" else 0)
    assert files(make_as_anyone(checkout, kept)) == {"a/b"}
    assert (tree / "a" / "b").read_text() == "1"


def test_unreadable_files_are_not_shown(checkout, kept):
    checkout.write(".gitignore", "*\n")
    checkout.write("readable", "").chmod(0o400)
    checkout.write("secret", "").chmod(0)
    checkout.write("closed/file", "")
    (checkout.path / "closed").chmod(0)
    checkout.git("add", "-f", ".gitignore")
    tree = make_as_anyone(checkout, kept)
    checkout.write("readable", "changed")
    make_as_anyone(checkout, kept)
    (checkout.path / "closed").chmod(0o700)
    assert files(tree) == {".gitignore", "readable"}
    assert (tree / "readable").read_text() == "changed"
