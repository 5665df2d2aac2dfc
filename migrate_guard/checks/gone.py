"""Migrations that the commit before has and that are gone: what brings them back, where something is missing for that."""

import re
from collections.abc import Iterable

from migrate_guard.checks.facts import Facts, Gone
from migrate_guard.findings.remedy import Restore
from migrate_guard.protocol.messages import Operation

_ANEW = "If no other database has run {them}, you can also write the migration anew: migrate-guard fix."


def explaining(facts: Facts) -> tuple[Gone, ...]:
    """Of the revisions that are gone, those that speak of what models and history now differ in."""
    return tuple(one for one in facts.gone if any(_mentions(one.text, op) for op in facts.new_operations))


def restore(gone: Iterable[Gone]) -> Restore | None:
    """What brings back ``gone``, of one commit; None where there are none."""
    found = list(gone)
    if not found:
        return None
    return Restore(found[0].commit, tuple(dict.fromkeys(path for one in found for path in one.restored)))


def told(gone: Iterable[Gone]) -> str:
    """What has become of them, and what that means."""
    found = list(gone)
    at = found[0].id if len(found) == 1 else "one of these"
    lines = [*_fates(found), f"A database at {at} could no longer upgrade."]
    published = next((one for one in found if one.published), None)
    if published:
        lines.append(f"{published.published} has {published.id}: others may have run it.")
    else:
        lines.append(_ANEW.format(them="it" if len(found) == 1 else "them"))
    return " ".join(lines)


def _fates(found):
    unread = [one for one in found if one.path not in one.restored]
    if len(unread) < 2:
        return list(map(fate, found))
    settings, ids = ", ".join(unread[0].restored), ", ".join(one.id for one in unread)
    others = [fate(one) for one in found if one.path in one.restored]
    return [
        *others,
        f"This commit changes {settings}: Alembic no longer reads {len(unread)} migrations ({ids}).",
    ]


def fate(one: Gone) -> str:
    """What has become of it."""
    if one.moved_to:
        return f"This commit moves {one.path} (revision {one.id}) to {one.moved_to}, where Alembic does not look."
    if one.path not in one.restored:
        return f"This commit changes {', '.join(one.restored)}: Alembic no longer reads {one.path} (revision {one.id})."
    if one.edited:
        return f"This commit changes {one.path}, which was revision {one.id}."
    return f"This commit deletes {one.path} (revision {one.id})."


def _mentions(text: str, operation: Operation) -> bool:
    names = [operation.table.rpartition(".")[2]]
    if operation.kind != "table" and operation.name and not operation.content:
        names.append(operation.name)
    return all(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names if name)
