"""install and uninstall, on real repositories and next to the tools that look after hooks themselves."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from migrate_guard.commands.install import install
from migrate_guard.commands.uninstall import uninstall
from migrate_guard.errors import GuardError
from migrate_guard.repository import hook_files
from migrate_guard.repository.git import Repository

PYTHON = sys.executable  # has pre-commit; the tests below install from another
HOOKS = ("pre-commit", "pre-merge-commit")
INSTALLED = "pre-commit: installed\npre-merge-commit: installed"
ALREADY = "pre-commit: already installed\npre-merge-commit: already installed"
REMOVED = "pre-commit: removed\npre-merge-commit: removed"
FOREIGN = '#!/bin/sh\necho foreign >>"$CALLED"\n'

CONFIG_YAML = """\
    default_install_hook_types: [pre-commit, pre-merge-commit]
    repos:
      - repo: local
        hooks:
          - id: migrate-guard
            name: migrate-guard
            entry: migrate-guard check --staged
            language: system
            always_run: true
            pass_filenames: false
            stages: [pre-commit, pre-merge-commit]
"""
PRE_COMMIT = f'Put this into .pre-commit-config.yaml, then run "pre-commit install":\n\n{CONFIG_YAML}'
PREK = f'Put this into .pre-commit-config.yaml, then run "prek install":\n\n{CONFIG_YAML}'
LEFTHOOK = """\
Put this into lefthook.yml, then run "lefthook install":

    pre-commit:
      commands:
        migrate-guard:
          run: migrate-guard check --staged
    pre-merge-commit:
      commands:
        migrate-guard:
          run: migrate-guard check --staged
"""
HUSKY = """\
Add this line to .husky/pre-commit and to .husky/pre-merge-commit:

    migrate-guard check --staged
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("GIT_", "SKIP"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("CALLED", str(tmp_path / "called"))
    text = "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n"
    (tmp_path / "gitconfig").write_text(text)
    return tmp_path


@pytest.fixture(autouse=True)
def python(home, monkeypatch):
    """The interpreter that installs: it notes its arguments, and has migrate-guard unless its name says no."""
    return interpreter(home / "it's an environment" / "python", monkeypatch)


def interpreter(path, monkeypatch, has_it=True):
    probe = f'if [ "$2" = -c ]; then exit {0 if has_it else 1}; fi'
    write(path, f'#!/bin/sh\n{probe}\necho "$@" >>"$CALLED"\n')
    monkeypatch.setattr(sys, "executable", str(path))
    return path


@pytest.fixture
def root(home):
    git("init", "-q", str(home / "repo"), cwd=home)
    return home / "repo"


@pytest.fixture
def folder(root):
    return root / ".git" / "hooks"


def git(*arguments, cwd, **environ):
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True
    )


def repository(root):
    return Repository(root, {name: value for name, value in os.environ.items() if name.startswith("GIT_")})


def write(path, text, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def tree(folder):
    """Every file with its bytes, mode and time, every link with its target."""
    return {path.relative_to(folder): state(path) for path in folder.rglob("*")}


def state(path):
    if path.is_symlink():
        return os.readlink(path)
    status = path.stat()
    return (status.st_mtime_ns, status.st_mode, path.read_bytes()) if path.is_file() else status.st_mode


def called(home):
    return (home / "called").read_text() if (home / "called").exists() else ""


def refusal(command, root, watched):
    before = tree(watched)
    with pytest.raises(GuardError) as caught:
        command(repository(root))
    assert tree(watched) == before
    return caught.value.message, caught.value.hint


def test_installs_what_git_then_runs(root, folder, home):
    assert install(repository(root)) == INSTALLED
    assert [(folder / name).stat().st_mode & 0o700 for name in HOOKS] == [0o700, 0o700]
    assert git("commit", "--allow-empty", "-m", "one", cwd=root).returncode == 0
    git("checkout", "-q", "-b", "side", "HEAD", cwd=root)
    git("commit", "--allow-empty", "-m", "two", cwd=root, SKIP="migrate-guard")
    git("checkout", "-q", "main", cwd=root)
    assert git("merge", "--no-ff", "--no-edit", "side", cwd=root).returncode == 0
    assert called(home) == "-I -m migrate_guard check --staged\n" * 2


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o755), (0o002, 0o755), (0o077, 0o700)])
def test_mode_respects_the_umask(root, folder, umask, mode):
    before = os.umask(umask)
    try:
        install(repository(root))
    finally:
        os.umask(before)
    assert [(folder / name).stat().st_mode & 0o777 for name in HOOKS] == [mode, mode]


def test_second_install_changes_nothing(root, folder):
    install(repository(root))
    before = tree(folder)
    assert install(repository(root)) == ALREADY
    assert tree(folder) == before


def test_install_by_another_interpreter_rewrites(root, folder, home, monkeypatch):
    install(repository(root))
    other = interpreter(home / "other" / "python", monkeypatch)
    assert install(repository(root)) == "pre-commit: updated\npre-merge-commit: updated"
    assert f"\npython={other}\n" in (folder / "pre-commit").read_text()
    assert uninstall(repository(root)) == REMOVED


def test_interpreter_that_hooks_could_not_use_is_not_written(root, folder, home, monkeypatch):
    interpreter(home / "other" / "python", monkeypatch, has_it=False)
    by_path = "installed; it runs the migrate-guard of the PATH"
    assert install(repository(root)) == f"pre-commit: {by_path}\npre-merge-commit: {by_path}"
    assert "\npython=''\n" in (folder / "pre-commit").read_text()


@pytest.mark.parametrize(
    ("setting", "folder"),
    [
        pytest.param(".githooks", ".githooks", id="in the repository"),
        pytest.param("tools/git hooks", "tools/git hooks", id="folders that are missing"),
        pytest.param("~/shared", "../shared", id="in the home"),
    ],
)
def test_own_hooks_path_is_honoured(root, setting, folder):
    git("config", "core.hooksPath", setting, cwd=root)
    (root / "inner").mkdir()
    assert install(repository(root / "inner")) == INSTALLED
    assert sorted(path.name for path in (root / folder).iterdir()) == list(HOOKS)
    assert uninstall(repository(root / "inner")) == REMOVED


def test_missing_hooks_folder_is_made(root, folder, home):
    git("init", "-q", "--template=", str(home / "bare bones"), cwd=home)
    assert install(repository(home / "bare bones")) == INSTALLED


def test_linked_worktree_has_the_common_hooks(root, folder, home):
    git("commit", "--allow-empty", "-m", "one", cwd=root)
    git("worktree", "add", "-q", str(home / "linked"), cwd=root)
    assert install(repository(home / "linked")) == INSTALLED
    assert install(repository(root)) == ALREADY
    git("commit", "--allow-empty", "-m", "two", cwd=home / "linked")
    assert called(home) == "-I -m migrate_guard check --staged\n"


OUTSIDE = [
    pytest.param(lambda root, hooks: git("config", "--global", "core.hooksPath", hooks, cwd=root), {}, "{home}/gitconfig", id="global"),
    pytest.param(
        lambda root, hooks: None,
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "{hooks}"},
        "command line",
        id="command",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("configure", "environ", "origin"), OUTSIDE)
def test_hooks_path_from_outside_is_left_alone(root, home, monkeypatch, configure, environ, origin):
    hooks = home / "everyone's hooks"
    write(hooks / "pre-commit", FOREIGN)
    configure(root, str(hooks))
    for name, value in environ.items():
        monkeypatch.setenv(name, value.format(hooks=hooks))
    origin = origin.format(home=home)
    assert refusal(install, root, home) == (
        f"core.hooksPath is set outside this repository ({origin}); nothing was changed.",
        f"Add this line to pre-commit and to pre-merge-commit in {hooks}:\n\n"
        "    migrate-guard check --staged || exit $?\n",
    )
    assert refusal(uninstall, root, home) == (
        f"core.hooksPath is set outside this repository ({origin}); nothing was removed.",
        f"Take migrate-guard out of the hooks in {hooks} by hand.",
    )


def test_local_hooks_path_wins_over_a_global_one(root, home):
    git("config", "--global", "core.hooksPath", str(home / "all"), cwd=root)
    git("config", "core.hooksPath", ".githooks", cwd=root)
    assert install(repository(root)) == INSTALLED


def test_hooks_path_straight_at_our_files(root):
    ours = Path(hook_files.__file__).parents[2] / "hooks"
    git("config", "core.hooksPath", str(ours), cwd=root)
    before = tree(ours)
    by_path = "already installed, by core.hooksPath"
    assert install(repository(root)) == f"pre-commit: {by_path}\npre-merge-commit: {by_path}"
    assert refusal(uninstall, root, ours) == (
        f"core.hooksPath points at migrate-guard's own files ({ours}); nothing was removed.",
        "Run: git config --unset core.hooksPath",
    )
    assert tree(ours) == before


def test_folder_that_cannot_be_written(root):
    git("config", "core.hooksPath", "/dev/null", cwd=root)
    with pytest.raises(GuardError) as caught:
        install(repository(root))
    assert caught.value.message == "The hooks in /dev/null could not be installed."
    assert "/dev/null" in caught.value.cause


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o644], ids=oct)
def test_foreign_hook_is_kept_runs_first_and_comes_back(root, folder, home, mode):
    write(folder / "pre-commit", FOREIGN, mode)
    before = tree(folder)
    assert install(repository(root)) == (
        "pre-commit: installed; the hook that was there is now pre-commit.before-migrate-guard and runs first\n"
        "pre-merge-commit: installed"
    )
    kept = folder / "pre-commit.before-migrate-guard"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (FOREIGN, mode)
    assert install(repository(root)) == ALREADY
    git("commit", "--allow-empty", "-m", "one", cwd=root)
    first = "foreign\n" if mode & 0o100 else ""
    assert called(home) == first + "-I -m migrate_guard check --staged\n"
    assert uninstall(repository(root)) == (
        "pre-commit: removed; the hook that was there before is back\npre-merge-commit: removed"
    )
    assert tree(folder) == before


@pytest.mark.parametrize("target", ["../../scripts/pre-commit", "/gone"], ids=["link", "link to nowhere"])
def test_foreign_hook_that_is_a_link_stays_one(root, folder, target):
    write(root / "scripts" / "pre-commit", FOREIGN)
    folder.mkdir(exist_ok=True)
    (folder / "pre-commit").symlink_to(target)
    before = tree(root)
    install(repository(root))
    assert os.readlink(folder / "pre-commit.before-migrate-guard") == target
    uninstall(repository(root))
    assert tree(root) == before


@pytest.mark.parametrize("name", HOOKS)
def test_second_foreign_hook_is_refused(root, folder, name):
    write(folder / name, FOREIGN)
    write(folder / f"{name}.before-migrate-guard", "an older one")
    assert refusal(install, root, folder) == (
        f"{folder / name} cannot be kept as {name}.before-migrate-guard, which exists already; "
        "nothing was changed.",
        f'Remove one of the two and run "migrate-guard install" again, or add to {folder / name}:\n\n'
        "    migrate-guard check --staged || exit $?\n",
    )


# Only what each tool's hook files are recognised by, as the versions named write it.
MANAGED = [
    pytest.param("# File generated by prek: https://github.com/j178/prek\n", "prek", PREK, id="prek 0.5.11"),
    pytest.param('call_lefthook run "pre-commit" "$@"\n', "lefthook", LEFTHOOK, id="lefthook 2.2.2"),
    pytest.param('. "$(dirname "$0")/husky.sh"\n', "husky", HUSKY, id="husky 4.3.8"),
    pytest.param('. "$(dirname -- "$0")/_/husky.sh"\n', "husky", HUSKY, id="husky 8.0.3"),
    pytest.param('. "$(dirname "$0")/h"', "husky", HUSKY, id="husky 9.1.7"),
]


@pytest.mark.parametrize("name", HOOKS)
@pytest.mark.parametrize(("line", "tool", "hint"), MANAGED)
def test_managed_hook_is_left_alone(root, folder, name, line, tool, hint):
    write(folder / name, f"#!/bin/sh\n{line}")
    message = f"{folder / name} is managed by {tool}; nothing was changed."
    assert refusal(install, root, folder) == (message, hint)


def pre_commit_install(root, config):
    (root / ".pre-commit-config.yaml").write_text(config)
    command = [PYTHON, "-m", "pre_commit", "install"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_real_pre_commit_is_left_alone(root, folder):
    pre_commit_install(root, "repos: []\n")
    message = f"{folder / 'pre-commit'} is managed by pre-commit; nothing was changed."
    assert refusal(install, root, folder) == (message, PRE_COMMIT)


def test_real_pre_commit_takes_the_snippet(root, folder, home, monkeypatch):
    write(home / "bin" / "migrate-guard", '#!/bin/sh\necho "$@" >>"$CALLED"\n')
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    pre_commit_install(root, textwrap.dedent(CONFIG_YAML))
    git("add", ".pre-commit-config.yaml", cwd=root)
    git("commit", "-m", "one", cwd=root)
    git("checkout", "-q", "-b", "side", cwd=root)
    git("commit", "--allow-empty", "-m", "two", cwd=root, SKIP="migrate-guard")
    git("checkout", "-q", "main", cwd=root)
    assert git("merge", "--no-ff", "--no-edit", "side", cwd=root).returncode == 0
    assert called(home) == "check --staged\n" * 2


def test_real_pre_commit_installed_later_runs_ours_too(root, folder, home):
    write(folder / "pre-commit", FOREIGN)
    install(repository(root))
    pre_commit_install(root, "repos: []\n")
    git("add", ".pre-commit-config.yaml", cwd=root)
    assert git("commit", "-m", "one", cwd=root).returncode == 0
    assert called(home) == "foreign\n-I -m migrate_guard check --staged\n"
    assert uninstall(repository(root)) == (
        "pre-commit.legacy: removed; the hook that was there before is back\n"
        "pre-commit: left alone, it is not migrate-guard's\n"
        "pre-merge-commit: removed"
    )
    assert (folder / "pre-commit.legacy").read_text() == FOREIGN


@pytest.mark.parametrize("setting", [".husky/_", ".husky"], ids=["husky 9", "husky 8"])
def test_husky_by_its_folder(root, setting):
    git("config", "core.hooksPath", setting, cwd=root)
    message = f"{root / setting / 'pre-commit'} is managed by husky; nothing was changed."
    assert refusal(install, root, root) == (message, HUSKY)


def test_nothing_installed(root, folder):
    before = tree(folder)
    assert uninstall(repository(root)) == f"migrate-guard is not installed in {folder}."
    assert tree(folder) == before


def test_uninstall_leaves_foreign_hooks_alone(root, folder):
    install(repository(root))
    write(folder / "pre-commit", FOREIGN)
    assert uninstall(repository(root)) == (
        "pre-commit: left alone, it is not migrate-guard's\npre-merge-commit: removed"
    )
    assert (folder / "pre-commit").read_text() == FOREIGN


def test_kept_hook_comes_back_although_ours_was_deleted(root, folder):
    write(folder / "pre-commit", FOREIGN)
    install(repository(root))
    (folder / "pre-commit").unlink()
    assert uninstall(repository(root)) == (
        "pre-commit: the hook that was there before is back\npre-merge-commit: removed"
    )
    assert (folder / "pre-commit").read_text() == FOREIGN


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: text + "echo mine\n", id="line at the end"),
        pytest.param(
            lambda text: text.replace("\ncase", "\necho mine\ncase", 1), id="line after the interpreter"
        ),
        pytest.param(lambda text: text.replace("-I -m", "-m"), id="changed command"),
        pytest.param(lambda text: text.replace("\npython=", "\n#python="), id="interpreter commented out"),
    ],
)
@pytest.mark.parametrize(("command", "word"), [(install, "install"), (uninstall, "uninstall")])
@pytest.mark.parametrize("name", HOOKS)
def test_edited_hook_is_left_alone(root, folder, edit, command, word, name):
    install(repository(root))
    hook = folder / name
    hook.write_text(edit(hook.read_text()))
    assert refusal(command, root, folder) == (
        f"{hook} was edited since migrate-guard wrote it; nothing was changed.",
        f'Move your lines elsewhere, delete the file and run "migrate-guard {word}" again.',
    )


def test_edited_interpreter_line_is_no_edit(root, folder):
    install(repository(root))
    hook = folder / "pre-commit"
    lines = [
        "python=/opt/python" if line.startswith("python=") else line for line in hook.read_text().splitlines()
    ]
    hook.write_text("\n".join(lines) + "\n")
    assert uninstall(repository(root)) == REMOVED
