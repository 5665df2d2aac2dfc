"""migrate-guard install: make git itself run the check before every commit and merge."""

import os
import subprocess
import sys
from pathlib import Path

from migrate_guard.errors import GuardError
from migrate_guard.repository import hook_files
from migrate_guard.repository.git import Repository

_CHECK = "migrate-guard check --staged"
_LOCAL_HOOK = f"""\
default_install_hook_types: [pre-commit, pre-merge-commit]
repos:
  - repo: local
    hooks:
      - id: migrate-guard
        name: migrate-guard
        entry: {_CHECK}
        language: system
        always_run: true
        pass_filenames: false
        stages: [pre-commit, pre-merge-commit]"""
_LEFTHOOK = f"""\
pre-commit:
  commands:
    migrate-guard:
      run: {_CHECK}
pre-merge-commit:
  commands:
    migrate-guard:
      run: {_CHECK}"""
# tool: (where the snippet goes, the snippet)
_SNIPPETS = {
    "pre-commit": ('Put this into .pre-commit-config.yaml, then run "pre-commit install":', _LOCAL_HOOK),
    "prek": ('Put this into .pre-commit-config.yaml, then run "prek install":', _LOCAL_HOOK),
    "lefthook": ('Put this into lefthook.yml, then run "lefthook install":', _LEFTHOOK),
    "husky": ("Add this line to .husky/pre-commit and to .husky/pre-merge-commit:", _CHECK),
}
_BY_HAND = f"{_CHECK} || exit $?"


def install(repo: Repository) -> str:
    """Put the hooks in place; the answer has one line for each.

    Raises GuardError, with nothing changed, where somebody else looks after the hooks.
    """
    folder = hook_files.folder(repo)
    if hook_files.is_our_source(folder):
        return "\n".join(f"{name}: already installed, by core.hooksPath" for name in hook_files.HOOKS)
    hooks = [folder / name for name in hook_files.HOOKS]
    try:
        _refuse_outside(folder, hook_files.set_outside(repo))
        _refuse_what_is_not_ours_to_change(hooks)
        folder.mkdir(parents=True, exist_ok=True)
        python = _interpreter()
        return "\n".join(_install(hook, python) for hook in hooks)
    except OSError as error:
        raise GuardError(f"The hooks in {folder} could not be installed.", cause=str(error)) from None


def _refuse_outside(folder, origin):
    if origin:
        raise GuardError(
            f"core.hooksPath is set outside this repository ({origin}); nothing was changed.",
            hint=_snippet(f"Add this line to pre-commit and to pre-merge-commit in {folder}:", _BY_HAND),
        )


def _refuse_what_is_not_ours_to_change(hooks):
    for hook in hooks:
        tool = hook_files.manager(hook)
        if tool:
            raise GuardError(f"{hook} is managed by {tool}; nothing was changed.", _snippet(*_SNIPPETS[tool]))
    for hook in hooks:
        hook_files.refuse_edited(hook, "install")
        _refuse_second_foreign(hook)


def _refuse_second_foreign(hook):
    kept = hook_files.kept(hook)
    if _is_foreign(hook) and os.path.lexists(kept):
        raise GuardError(
            f"{hook} cannot be kept as {kept.name}, which exists already; nothing was changed.",
            hint=_snippet(
                f'Remove one of the two and run "migrate-guard install" again, or add to {hook}:', _BY_HAND
            ),
        )


def _snippet(where, lines):
    return f"{where}\n\n" + "".join(f"    {line}\n" for line in lines.splitlines())


def _is_foreign(hook):
    text = hook_files.text_of(hook)
    return text is not None and not hook_files.is_ours(text)


def _interpreter():
    # Empty where only the environment leads to migrate-guard (the user's site, PYTHONPATH): -I would not find it,
    # the command on the PATH does.
    probe = [sys.executable, "-I", "-c", "import migrate_guard"]
    works = sys.executable and not subprocess.run(probe, capture_output=True).returncode
    return sys.executable if works else ""


def _install(hook: Path, python: str) -> str:
    wanted = hook_files.content(hook.name, python)
    if hook_files.text_of(hook) == wanted and os.access(hook, os.X_OK):
        return f"{hook.name}: already installed"
    foreign = _is_foreign(hook)
    done = "installed" if foreign or not os.path.lexists(hook) else "updated"
    _write(hook, wanted, hook_files.kept(hook) if foreign else None)
    first = f"; the hook that was there is now {hook_files.kept(hook).name} and runs first"
    by_path = "; it runs the migrate-guard of the PATH"
    return f"{hook.name}: {done}{first if foreign else ''}{'' if python else by_path}"


def _write(hook, text, kept):
    temporary = hook.with_name(f".{hook.name}.{os.getpid()}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755), "wb") as file:
            file.write(text)
        if kept:
            os.rename(hook, kept)
        os.replace(temporary, hook)
    finally:
        temporary.unlink(missing_ok=True)
