"""Could the comparison have failed at all?"""

from migrate_guard.checks.facts import Facts
from migrate_guard.findings import baseline, fingerprints
from migrate_guard.findings.finding import Finding
from migrate_guard.protocol.messages import BuiltFromModels

_SHOWN = 5


def vacuous(facts: Facts) -> list[Finding]:
    """An error, whoever brought it, since the verdict beside it says nothing; a note where the project accepts that, or
    a step was judged instead.
    """
    built = facts.observation.built if facts.observation else []
    places = {(one.path, one.line) for one in built}
    passed_over = facts.step.vacuous if facts.step else ()
    return [
        *(_judged(facts, one) for one in built),
        *(
            _finding(facts, one).as_note("the step was judged instead")
            for one in passed_over
            if (one.path, one.line) not in places
        ),
    ]


def _judged(facts, built):
    found = _finding(facts, built)
    accepted = fingerprints.of_built(built) in facts.accepted
    return found.as_note(f"accepted in {baseline.FILE}") if accepted else found


def _finding(facts: Facts, built: BuiltFromModels) -> Finding:
    count = len(built.tables)
    listing = ", ".join(built.tables[:_SHOWN]) + (f" and {count - _SHOWN} more" if count > _SHOWN else "")
    who = f"revision {built.revision}" if built.revision else built.path
    what = "a table" if count == 1 else f"{count} tables"
    why = "so that history and models cannot differ"
    detail = [f"It builds: {listing}"]
    if not built.judged:
        why = "so that no replay tells what it made in life"
        detail.append(
            "It does so on a connection of its own: databases in life get them, the replay does not."
        )
    return Finding(
        "vacuous-history",
        facts.environment.name,
        f"{who} builds {what} from the models as they are now, {why}.",
        detail=tuple(detail),
        hint=_of_revision(built) if built.revision else _of_env_py(built),
        path=built.path,
        line=built.line,
    )


def _of_revision(built):
    return f"""\
Freeze it: write down what the models were when the revision was made.
1. Check out the commit that added it: git log --diff-filter=A -- {built.path}
2. Let Alembic write the op.create_table(...) calls there, for an empty database.
3. Put them in the place of this call."""


def _of_env_py(built):
    where = f"line {built.line}" if built.line else "the call"
    return (
        f"Take {where} out: revisions make the tables. What they turn out not to make, "
        "migrate-guard fix writes into a new one."
    )
