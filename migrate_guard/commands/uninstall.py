"""migrate-guard uninstall: take the hooks away again and put back what was there before."""

import os
from pathlib import Path

from migrate_guard.errors import GuardError
from migrate_guard.repository import hook_files
from migrate_guard.repository.git import Repository


def uninstall(repo: Repository) -> str:
    """Remove the hooks that are ours; the answer has one line for each hook that there was something to do about.

    Raises GuardError, with nothing changed, where a hook of ours was edited.
    """
    folder = hook_files.folder(repo)
    _refuse_shared(folder, hook_files.set_outside(repo))
    try:
        hooks = [hook for name in hook_files.HOOKS for hook in _places(folder / name)]
        for hook in hooks:
            hook_files.refuse_edited(hook, "uninstall")
        done = [_uninstall(hook) for hook in hooks]
    except OSError as error:
        raise GuardError(f"The hooks in {folder} could not be removed.", cause=str(error)) from None
    return "\n".join(line for line in done if line) or f"migrate-guard is not installed in {folder}."


def _refuse_shared(folder, origin):
    if hook_files.is_our_source(folder):
        raise GuardError(
            f"core.hooksPath points at migrate-guard's own files ({folder}); nothing was removed.",
            hint="Run: git config --unset core.hooksPath",
        )
    if origin:
        raise GuardError(
            f"core.hooksPath is set outside this repository ({origin}); nothing was removed.",
            hint=f"Take migrate-guard out of the hooks in {folder} by hand.",
        )


def _places(hook: Path) -> list[Path]:
    """Where a hook of ours may be: pre-commit and prek, installed later, moved it aside and run it from there."""
    return [hook.with_name(f"{hook.name}.legacy"), hook]


def _uninstall(hook: Path) -> str:
    text = hook_files.text_of(hook)
    kept = hook_files.kept(hook)
    ours = hook_files.is_ours(text)
    back = os.path.lexists(kept) and (ours or (text is None and hook.name in hook_files.HOOKS))
    if back:
        os.replace(kept, hook)
    elif ours:
        hook.unlink()
    elif text is not None and hook.name in hook_files.HOOKS:
        return f"{hook.name}: left alone, it is not migrate-guard's"
    return _said(hook, ours, back)


def _said(hook, ours, back):
    done = [*(["removed"] if ours else []), *(["the hook that was there before is back"] if back else [])]
    return f"{hook.name}: {'; '.join(done)}" if done else ""
