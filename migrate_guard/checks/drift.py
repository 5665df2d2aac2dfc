"""Do the models and the replayed history agree?"""

from migrate_guard import questions
from migrate_guard.checks import gone
from migrate_guard.checks.facts import Facts
from migrate_guard.findings.finding import ERROR, NOTE, Finding, counted
from migrate_guard.findings.remedy import Request, Stage, Write
from migrate_guard.schema.differences import ORDER
from migrate_guard.schema.order import effect
from migrate_guard.schema.words import message

_UNSTEADY = (
    "A value that Python makes while it imports the models (random, the time) is another one in each process, "
    "so no revision can hold it: give a constant, let the database make it, or use default= with a function."
)
_UNSTEADY_MIGRATION = (
    "A migration makes something else in each process, as with the order of a set, random, or the time. "
    "Write the value down in the migration, or sort the set."
)
_MOVED = (
    "They take the type from code of the project, which has changed. Databases that have run them keep the old one. "
    "Write the old type into the migration, as sa.Integer(), and then: migrate-guard fix"
)
_BY_APPLICATION = """\
{place} makes {tables} in a database that migrations do not reach. If the application makes {them} by its own means, leave \
{them} to it:
[tool.migrate-guard]
by_application = [{names}]"""
_SO_MANY = 20
_MANY = (
    "Where they are old and known: migrate-guard baseline records them with a reason, and what is new counts."
)


def drift(facts: Facts) -> list[Finding]:
    """What is new, and what the history has beyond the models; older_differences() has the rest."""
    found = []
    if facts.differing:
        found.append(_finding(facts))
    if facts.moved:
        found.append(_moved(facts))
    beyond = [one for one in facts.new_extras if one not in facts.taken_out]
    if beyond:
        found.append(_extras(facts, beyond))
    return found


def older_differences(facts: Facts) -> str:
    """What was there before, in a line; "" where there was nothing."""
    count = len(facts.old_operations) + (len(facts.old_extras) if facts.strict else 0)
    were, them = ("was", "it") if count == 1 else ("were", "them")
    line = (
        f"{counted(count, 'difference')} {were} there {facts.old.before}; "
        f"`migrate-guard check` lists {them} and `migrate-guard baseline` accepts {them}."
    )
    return line if count else ""


def _moved(facts):
    return Finding(
        "drift",
        facts.environment.name,
        f"unchanged migrations make {counted(len(facts.moved), 'thing')} otherwise than {facts.old.before or 'at the commit before'}.",
        operations=facts.moved,
        hint=_MOVED,
        path=facts.moved[0].path,
        line=facts.moved[0].line,
    )


def _extras(facts, beyond):
    count, ordered = counted(len(beyond), "thing"), all(one.attribute == ORDER for one in beyond)
    fact = f"the history makes {count} that the models do not have."
    return Finding(
        "drift",
        facts.environment.name,
        f"models and migrations have {count} in another order." if ordered else fact,
        ERROR if facts.strict else NOTE,
        operations=tuple(beyond),
        detail=tuple(_effects(beyond)),
        remedy=write(facts) if facts.strict else None,
        written=facts.strict,
    )


def _effects(operations):
    """What is to be known of a difference that is in nothing but an order."""
    kinds = dict.fromkeys(one.kind for one in operations if one.attribute == ORDER)
    return [effect(kind) for kind in kinds]


def write(facts: Facts, several: bool = False) -> Write:
    """What writes all that is missing; ``several``: a revision for each of several environments, each with its message."""
    missing = facts.missing
    staged = any(operation.path in facts.unstaged for operation in missing)
    return Write(Request("" if several else message(missing), staged=staged))


def stage(facts: Facts) -> Stage | None:
    """Where a new revision is staged and its models are not: what it would take for another one to undo it."""
    differing = [*facts.operations, *(facts.extras if facts.strict else ())]
    behind = {op.path for op in differing if op.history is not None} & facts.unstaged
    return Stage(tuple(sorted(behind))) if behind and facts.brings_revision else None


def _finding(facts):
    operations, staged, lacking = facts.differing, stage(facts), gone.explaining(facts)
    unsteady = tuple(op for op in operations if op.identity in facts.unsteady)
    why = _UNSTEADY_MIGRATION if facts.unsteady_migrations else _UNSTEADY
    hint = why if unsteady else gone.told(lacking) if lacking else _hint(facts, operations)
    asked = [] if staged or hint else questions.find(operations, facts.observation.described)
    return Finding(
        "drift",
        facts.environment.name,
        f"models and history differ in {counted(len(operations), 'point')}.",
        operations=tuple(operations),
        detail=tuple(_effects(operations)),
        unsteady=unsteady,
        unsteady_migrations=facts.unsteady_migrations,
        remedy=None if unsteady else gone.restore(lacking) or staged or write(facts),
        hint=hint,
        path=operations[0].path,
        line=operations[0].line,
        written=not (staged or unsteady or any(one.published for one in lacking)),
        asked=tuple(asked),
    )


def _made_elsewhere(seen):
    """By table; nothing where the application makes all of them, as by create_all() when it starts."""
    made = {one.table: one for one in seen.elsewhere if one.path}
    return {} if seen.loaded and made.keys() >= set(seen.loaded.tables) else made


def _elsewhere(made):
    tables = [one.table for one in made]
    return _BY_APPLICATION.format(
        place=f"{made[0].path}:{made[0].line}",
        tables=", ".join(tables),
        them="it" if len(tables) == 1 else "them",
        names=", ".join(f'"{table}"' for table in tables),
    )


def _hint(facts, operations):
    made = _made_elsewhere(facts.observation)
    missing = [one.table for one in operations if one.kind == "table" and one.direction == "add"]
    elsewhere = [made[table] for table in missing if table in made]
    if elsewhere:
        return _elsewhere(elsewhere)
    return _MANY if len(operations) > _SO_MANY and not facts.old.before else ""
