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
from migrate_guard.report.text import failure
from migrate_guard.repository import hook_files
from migrate_guard.repository.git import Repository

PYTHON = sys.executable  # has pre-commit; the tests below install from another
HOOKS = ("pre-commit", "pre-merge-commit")
FOREIGN = '#!/bin/sh\necho foreign >>"$CALLED"\n'


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
    """Its screen; nothing in ``watched`` may change."""
    before = tree(watched)
    with pytest.raises(GuardError) as caught:
        command(repository(root))
    assert tree(watched) == before
    return failure(caught.value)


@pytest.mark.usefixtures("commits")
def test_installs_what_git_then_runs(root, folder, home, shows):
    shows(install(repository(root)), "install", "installed")
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


def test_second_install_changes_nothing(root, folder, shows):
    install(repository(root))
    before = tree(folder)
    shows(install(repository(root)), "install", "installed already")
    assert tree(folder) == before


def test_install_by_another_interpreter_rewrites(root, folder, home, monkeypatch, shows):
    install(repository(root))
    other = interpreter(home / "other" / "python", monkeypatch)
    shows(install(repository(root)), "install", "by another interpreter")
    assert f"\npython={other}\n" in (folder / "pre-commit").read_text()
    shows(uninstall(repository(root)), "uninstall", "removed")


def test_interpreter_that_hooks_could_not_use_is_not_written(root, folder, home, monkeypatch, shows):
    interpreter(home / "other" / "python", monkeypatch, has_it=False)
    shows(install(repository(root)), "install", "of the PATH")
    assert "\npython=''\n" in (folder / "pre-commit").read_text()


@pytest.mark.parametrize(
    ("setting", "folder"),
    [
        pytest.param(".githooks", ".githooks", id="in the repository"),
        pytest.param("tools/git hooks", "tools/git hooks", id="folders that are missing"),
        pytest.param("~/shared", "../shared", id="in the home"),
    ],
)
def test_own_hooks_path_is_honoured(root, setting, folder, shows):
    git("config", "core.hooksPath", setting, cwd=root)
    (root / "inner").mkdir()
    shows(install(repository(root / "inner")), "install", "installed")
    assert sorted(path.name for path in (root / folder).iterdir()) == list(HOOKS)
    shows(uninstall(repository(root / "inner")), "uninstall", "removed")


def test_missing_hooks_folder_is_made(root, folder, home, shows):
    git("init", "-q", "--template=", str(home / "bare bones"), cwd=home)
    shows(install(repository(home / "bare bones")), "install", "installed")


@pytest.mark.usefixtures("commits")
def test_linked_worktree_has_the_common_hooks(root, folder, home, shows):
    git("commit", "--allow-empty", "-m", "one", cwd=root)
    git("worktree", "add", "-q", str(home / "linked"), cwd=root)
    shows(install(repository(home / "linked")), "install", "installed")
    shows(install(repository(root)), "install", "installed already")
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
def test_hooks_path_from_outside_is_left_alone(root, home, monkeypatch, configure, environ, origin, shows):
    hooks = home / "everyone's hooks"
    write(hooks / "pre-commit", FOREIGN)
    configure(root, str(hooks))
    for name, value in environ.items():
        monkeypatch.setenv(name, value.format(hooks=hooks))
    words = {"HOOKS": hooks, "ORIGIN": origin.format(home=home)}
    shows(refusal(install, root, home), "install", "hooks of all repositories", **words)
    shows(refusal(uninstall, root, home), "uninstall", "hooks of all repositories", **words)


def test_local_hooks_path_wins_over_a_global_one(root, home, shows):
    git("config", "--global", "core.hooksPath", str(home / "all"), cwd=root)
    git("config", "core.hooksPath", ".githooks", cwd=root)
    shows(install(repository(root)), "install", "installed")


def test_hooks_path_straight_at_our_files(root, shows):
    ours = Path(hook_files.__file__).parents[2] / "hooks"
    git("config", "core.hooksPath", str(ours), cwd=root)
    before = tree(ours)
    shows(install(repository(root)), "install", "by core.hooksPath")
    shows(refusal(uninstall, root, ours), "uninstall", "by core.hooksPath", OURS=ours)
    assert tree(ours) == before


def test_folder_that_cannot_be_written(root):
    git("config", "core.hooksPath", "/dev/null", cwd=root)
    with pytest.raises(GuardError) as caught:
        install(repository(root))
    assert caught.value.message == "The hooks in /dev/null could not be installed."
    assert "/dev/null" in caught.value.cause


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o644], ids=oct)
@pytest.mark.usefixtures("commits")
def test_foreign_hook_is_kept_runs_first_and_comes_back(root, folder, home, mode, shows):
    write(folder / "pre-commit", FOREIGN, mode)
    before = tree(folder)
    shows(install(repository(root)), "install", "another hook is there")
    kept = folder / "pre-commit.before-migrate-guard"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (FOREIGN, mode)
    shows(install(repository(root)), "install", "installed already")
    git("commit", "--allow-empty", "-m", "one", cwd=root)
    first = "foreign\n" if mode & 0o100 else ""
    assert called(home) == first + "-I -m migrate_guard check --staged\n"
    shows(uninstall(repository(root)), "uninstall", "another hook was there")
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
def test_second_foreign_hook_is_refused(root, folder, name, shows):
    write(folder / name, FOREIGN)
    write(folder / f"{name}.before-migrate-guard", "an older one")
    shows(refusal(install, root, folder), "install", "a second hook", HOOK=folder / name, NAME=name)


# Only what each tool's hook files are recognised by, as the versions named write it.
MANAGED = [
    pytest.param("# File generated by prek: https://github.com/j178/prek\n", "prek", id="prek 0.5.11"),
    pytest.param('call_lefthook run "pre-commit" "$@"\n', "lefthook", id="lefthook 2.2.2"),
    pytest.param('. "$(dirname "$0")/husky.sh"\n', "husky", id="husky 4.3.8"),
    pytest.param('. "$(dirname -- "$0")/_/husky.sh"\n', "husky", id="husky 8.0.3"),
    pytest.param('. "$(dirname "$0")/h"', "husky", id="husky 9.1.7"),
]


@pytest.mark.parametrize("name", HOOKS)
@pytest.mark.parametrize(("line", "tool"), MANAGED)
def test_managed_hook_is_left_alone(root, folder, name, line, tool, shows):
    write(folder / name, f"#!/bin/sh\n{line}")
    shows(refusal(install, root, folder), "install", f"managed by {tool}", HOOK=folder / name)


def pre_commit_install(root, config):
    (root / ".pre-commit-config.yaml").write_text(config)
    command = [PYTHON, "-m", "pre_commit", "install"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_real_pre_commit_is_left_alone(root, folder, shows):
    pre_commit_install(root, "repos: []\n")
    shows(refusal(install, root, folder), "install", "managed by pre-commit", HOOK=folder / "pre-commit")


@pytest.mark.usefixtures("commits")
def test_real_pre_commit_takes_the_snippet(root, folder, home, monkeypatch):
    write(home / "bin" / "migrate-guard", '#!/bin/sh\necho "$@" >>"$CALLED"\n')
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    pre_commit_install(root, "repos: []\n")
    with pytest.raises(GuardError) as caught:
        install(repository(root))
    pre_commit_install(root, textwrap.dedent(caught.value.hint.partition("\n\n")[2]))
    git("add", ".pre-commit-config.yaml", cwd=root)
    git("commit", "-m", "one", cwd=root)
    git("checkout", "-q", "-b", "side", cwd=root)
    git("commit", "--allow-empty", "-m", "two", cwd=root, SKIP="migrate-guard")
    git("checkout", "-q", "main", cwd=root)
    assert git("merge", "--no-ff", "--no-edit", "side", cwd=root).returncode == 0
    assert called(home) == "check --staged\n" * 2


@pytest.mark.usefixtures("commits")
def test_real_pre_commit_installed_later_runs_ours_too(root, folder, home, shows):
    write(folder / "pre-commit", FOREIGN)
    install(repository(root))
    pre_commit_install(root, "repos: []\n")
    git("add", ".pre-commit-config.yaml", cwd=root)
    assert git("commit", "-m", "one", cwd=root).returncode == 0
    assert called(home) == "foreign\n-I -m migrate_guard check --staged\n"
    shows(uninstall(repository(root)), "uninstall", "pre-commit was installed later")
    assert (folder / "pre-commit.legacy").read_text() == FOREIGN


@pytest.mark.parametrize("setting", [".husky/_", ".husky"], ids=["husky 9", "husky 8"])
def test_husky_by_its_folder(root, setting, shows):
    git("config", "core.hooksPath", setting, cwd=root)
    shows(refusal(install, root, root), "install", "managed by husky", HOOK=root / setting / "pre-commit")


def test_nothing_installed(root, folder, shows):
    before = tree(folder)
    shows(uninstall(repository(root)), "uninstall", "not installed")
    assert tree(folder) == before


def test_uninstall_leaves_foreign_hooks_alone(root, folder, shows):
    install(repository(root))
    write(folder / "pre-commit", FOREIGN)
    shows(uninstall(repository(root)), "uninstall", "somebody else's is left alone")
    assert (folder / "pre-commit").read_text() == FOREIGN


def test_kept_hook_comes_back_although_ours_was_deleted(root, folder, shows):
    write(folder / "pre-commit", FOREIGN)
    install(repository(root))
    (folder / "pre-commit").unlink()
    shows(uninstall(repository(root)), "uninstall", "ours was deleted already")
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
@pytest.mark.parametrize("command", [install, uninstall])
@pytest.mark.parametrize("name", HOOKS)
def test_edited_hook_is_left_alone(root, folder, edit, command, name, shows):
    install(repository(root))
    hook = folder / name
    hook.write_text(edit(hook.read_text()))
    screen = refusal(command, root, folder)
    if command is install:
        shows(screen, "install", "an edited hook", HOOK=hook)
    else:
        shows(screen, "uninstall", "an edited hook", HOOK=hook)


def test_edited_interpreter_line_is_no_edit(root, folder, shows):
    install(repository(root))
    hook = folder / "pre-commit"
    lines = [
        "python=/opt/python" if line.startswith("python=") else line for line in hook.read_text().splitlines()
    ]
    hook.write_text("\n".join(lines) + "\n")
    shows(uninstall(repository(root)), "uninstall", "removed")
