"""Do the models and the replayed history agree?"""

import re

from migrate_guard import questions
from migrate_guard.checks.facts import Facts, identity
from migrate_guard.findings.finding import ERROR, NOTE, Finding, counted
from migrate_guard.findings.remedy import Request, Stage, Write
from migrate_guard.protocol.messages import Operation, Rename

# Alembic cuts what a file is called after as many characters
_LONGEST = 40
_NAMED = re.compile(r"(?P<kind>column|table|index) (?P<name>\S+)( of \S+)?$")
_UNSTEADY = (
    "A value that Python makes while it imports the models (random, the time) is another one in each process, "
    "so no revision can hold it: give a constant, let the database make it, or use default= with a function."
)
_SO_MANY = 20
_MANY = (
    "Where they are old and known: migrate-guard baseline records them with a reason, and what is new counts."
)
_BESIDE = (
    "The revision would hold what was there before as well, unless that is accepted: "
    "migrate-guard baseline --against HEAD records it."
)


def drift(facts: Facts) -> list[Finding]:
    """What is new, and what the history has beyond the models; older_differences() has the rest."""
    found = []
    if facts.new_operations:
        found.append(_finding(facts))
    if facts.new_extras:
        found.append(_extras(facts))
    return found


def older_differences(facts: Facts) -> str:
    """What was there before, in a line; "" where there was nothing."""
    count = len(facts.old_operations) + (len(facts.old_extras) if facts.strict else 0)
    were, them = ("was", "it") if count == 1 else ("were", "them")
    line = (
        f"{counted(count, 'difference')} {were} there {facts.old.before}; `migrate-guard check` lists {them}."
    )
    return line if count else ""


def _extras(facts):
    count = counted(len(facts.new_extras), "thing")
    return Finding(
        "drift",
        facts.environment.name,
        f"the history makes {count} that the models do not have.",
        ERROR if facts.strict else NOTE,
        detail=tuple(line for op in facts.new_extras for line in _lines(op, False)),
        remedy=write(facts) if facts.strict else None,
        written=facts.strict,
    )


def write(facts: Facts, several: bool = False) -> Write:
    """What writes all that is missing; ``several``: a revision for each of several environments, each with its message."""
    missing = facts.missing
    staged = any(operation.path in facts.unstaged for operation in missing)
    return Write(Request("" if several else message(missing), staged=staged))


def stage(facts: Facts) -> Stage | None:
    """Where a new revision is staged and its models are not: what it would take for another one to undo it."""
    differing = [*facts.operations, *(facts.extras if facts.strict else ())]
    behind = {op.path for op in differing if op.history} & facts.unstaged
    return Stage(tuple(sorted(behind))) if behind and facts.brings_revision else None


def _finding(facts):
    operations, staged = facts.new_operations, stage(facts)
    unsteady = any(identity(op) in facts.unsteady for op in operations)
    hint = _UNSTEADY if unsteady else _hint(facts, operations)
    asked = [] if staged or hint else questions.find(operations, facts.observation.described)
    return Finding(
        "drift",
        facts.environment.name,
        f"models and history differ in {counted(len(operations), 'point')}.",
        detail=tuple(line for op in operations for line in _lines(op, identity(op) in facts.unsteady)),
        remedy=None if unsteady else staged or write(facts),
        hint=hint,
        path=operations[0].path,
        line=operations[0].line,
        written=not (staged or unsteady),
        asked=tuple(asked),
    )


def _hint(facts, operations):
    if facts.old.before:
        return _BESIDE if facts.old_operations else ""
    return _MANY if len(operations) > _SO_MANY else ""


def _lines(operation, unsteady):
    yield from _difference(operation)
    if unsteady:
        yield "    the models say something else at each import"


def _difference(operation):
    place = f"{operation.path}:{operation.line}: " if operation.path else ""
    database = f" (database {operation.database})" if operation.database else ""
    done = f"{place}{verb(operation)} {operation.what}{database}"
    if operation.history and operation.models:
        yield done
        yield f"    the models say {operation.models}, the history says {operation.history}"
    else:
        yield from _one_side(operation, done)
    if operation.by_hand:
        yield "    autogenerate does not see it, migrate-guard fix does"


def _one_side(operation, done):
    said = operation.models or operation.history
    yield done if said in ("have it", "has it") else f"{done}: {said}"
    if operation.models:
        yield "    the models have it, the history does not"
    else:
        yield "    the history has it, the models do not"


def verb(operation: Operation) -> str:
    """What the missing revision would do."""
    if not operation.history:
        return "add"
    return "alter" if operation.models else "drop"


def message(operations: list[Operation], renamed: list[Rename] = ()) -> str:
    """A revision message made from the operations, as Django names its migrations: it becomes the file's name.

    ``renamed`` is what is done before them.
    """
    name, *more = dict.fromkeys([*map(_rename, renamed), *map(_named, operations)]) or [""]
    for one in more:
        if len(f"{name}_and_{one}") > _LONGEST:
            return f"{name}_and_more"
        name = f"{name}_and_{one}"
    return name


def _named(operation):
    done = verb(operation)
    found = _NAMED.match(operation.what)
    if found and found["kind"] == "table" and done == "add":
        done = "create"
    return re.sub(r"\W+", "_", f"{done} {found['name'] if found else operation.what}").lower()


def _rename(rename):
    table = f"{rename.table}_" if rename.kind == "column" else ""
    old, new = (name.rpartition(".")[2] for name in (table + rename.old, rename.new))
    return re.sub(r"\W+", "_", f"rename_{old}_to_{new}").lower()
