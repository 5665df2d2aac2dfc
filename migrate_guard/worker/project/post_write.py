"""The project's post-write hooks run on the snapshot, which has no virtual environment: theirs is in the working tree."""

import os

from alembic.script import write_hooks

from migrate_guard.worker.basis.places import is_inside


def install(root, work):
    """Lead hooks whose executable the snapshot ``root`` lacks to that of the working tree ``work``."""
    invoke = write_hooks._invoke

    def invoke_there(name, path, options):
        executable = options.get("executable")
        if executable and os.path.dirname(executable):
            options = {**options, "executable": _found(executable, options.get("cwd"), root, work)}
        return invoke(name, path, options)

    write_hooks._invoke = invoke_there


def _found(executable, cwd, root, work):
    path = os.path.normpath(os.path.join(os.getcwd(), cwd or "", executable))
    there = os.path.join(work, os.path.relpath(path, root))
    return (
        there if is_inside(path, root) and not os.path.exists(path) and os.path.exists(there) else executable
    )
