"""Migrations of different branches that touch the same object, so that only one of them can run."""

import re

from migrate_guard.advice.conflicts import THERE, conflict
from migrate_guard.checks.facts import Facts, Rival

# In quotes, as the names in a migration are
_QUOTED = re.compile(r"""["'](\w+)["']""")
# A KeyError of Alembic's batch mode has the name alone
_KEY = re.compile(r"^KeyError: ['\"](\w+)['\"]")
# Where the database's words do not name the object: what it was asked to do
_ALTERED = re.compile(
    r"""\[SQL: [^]]*?\b(?:ALTER COLUMN|MODIFY(?: COLUMN)?|CHANGE(?: COLUMN)?) ["`]?(\w+)""", re.I
)
# In every table, in any migration
_COMMON = frozenset({"id"})


def told(facts: Facts) -> str:
    """Which other migration is in the way of the one that fails, and what to do; "" if none is."""
    failed = facts.observation and facts.observation.upgrade_failed
    if not failed:
        return ""
    own = next((one for one in facts.rivals if one.id == failed.revision), None)
    name = _name(failed.error)
    if not own or not name:
        return ""
    others = [one for one in facts.rivals if one is not own and _share(own, one, name)]
    if not others:
        return ""
    other = others[0]
    both = f"{other.id} ({other.path}) and {own.id} ({own.path}) both change {name}."
    met = conflict(failed.error)
    return f"{both} {_empty(own, other) if met and met.state == THERE else _follow(own, other)}"


def _empty(own, other):
    free = [one for one in (own, other) if not one.published]
    if len(free) == 1:
        return f"Empty upgrade() and downgrade() of {free[0].id}: no remote branch has it."
    others = "no other database has" if free else "fewer databases have"
    return f"Empty upgrade() and downgrade() of the one that {others} run."


def _follow(own, other):
    last, first = (other, own) if own.published and not other.published else (own, other)
    down = f'set its down_revision to "{first.id}"'
    return f"Let {last.id} follow the other: {down}, and adapt its upgrade() and downgrade()."


def _name(error):
    met = conflict(error)
    found = _KEY.search(error) or (None if met else _ALTERED.search(error))
    if found:
        return found[1]
    return met.object.rpartition(" ")[2].rpartition(".")[2] if met else ""


def _share(own: Rival, other: Rival, name: str) -> bool:
    """Whether both speak of ``name``, and of anything else besides, as its table is; a table has its own name alone."""
    names = [set(_QUOTED.findall(one.text)) - {one.id, *_COMMON} for one in (own, other)]
    shared = names[0] & names[1]
    is_table = all(
        re.search(rf"create_table\(\s*[\"']{re.escape(name)}[\"']", one.text) for one in (own, other)
    )
    return name in shared and (is_table or len(shared) > 1)
