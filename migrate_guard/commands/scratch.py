"""`migrate-guard scratch`: what lies in our folders, and how to get rid of it."""

import time
from collections.abc import Mapping

from migrate_guard.machine import workspace

_TITLES = {
    workspace.TEMPLATE: "templates of servers",
    workspace.SNAPSHOT: "snapshots of working trees",
    workspace.RUN: "runs",
}


def status(environ: Mapping[str, str]) -> str:
    """What exists, how large it is, and since when. Raises GuardError."""
    cache = workspace.cache_folder(environ)
    found = workspace.entries(environ)
    if not found:
        return f"{cache}: nothing"
    command = "To remove what no run uses:\n  migrate-guard scratch clean"
    return "\n\n".join([f"{cache}: {_size(sum(entry.size for entry in found))}", *_table(found), command])


def clean(environ: Mapping[str, str]) -> str:
    """Removes all that no run uses; says what that was. Raises GuardError."""
    before = workspace.clean(environ)
    after = workspace.entries(environ)
    there = {entry.folders[0] for entry in after}
    removed = [entry for entry in before if entry.folders[0] not in there]
    said = [f"removed: {_size(sum(entry.size for entry in removed))}" if removed else "nothing to remove"]
    said += _table(removed)
    left = [entry for entry in after if entry.in_use]
    if left:
        said += ["left, as a run uses it:", *_table(left)]
    return "\n\n".join(said)


def _table(entries):
    """A block for each kind of ``entries``, all with the same columns."""
    width = max((len(_name(entry)) for entry in entries), default=0)
    for kind, title in _TITLES.items():
        rows = [row for entry in entries if entry.kind == kind for row in _rows(entry, width)]
        if rows:
            yield "\n".join([title, *rows])


def _rows(entry, width):
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.since))
    used = "  in use" if entry.in_use and entry.kind == workspace.SNAPSHOT else ""
    yield f"  {_name(entry):{width}}  {_size(entry.size):>8}  since {since}{used}"
    yield from (f"    with {folder}" for folder in entry.folders[1:])


def _name(entry):
    if entry.kind != workspace.RUN:
        return entry.name
    return f"process {entry.name}" if entry.in_use else "left over by a killed run"


def _size(size):
    return f"{size / 1e6:.1f} MB"
