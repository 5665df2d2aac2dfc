"""Does the downgrade of the revisions that are proved lead back to what was there before them?"""

from migrate_guard.checks.facts import Facts
from migrate_guard.findings.finding import Finding
from migrate_guard.schema.differences import differences
from migrate_guard.schema.words import said, what

_BY_STATEMENT = ("enum", "domain", "sequence", "view", "function", "schema")


def irreversible(facts: Facts) -> list[Finding]:
    observation = facts.observation
    if not (observation and observation.proved):
        return []
    failed = observation.downgrade_failed
    lines = [line for one in _changed(observation) for line in _lines(*one)]
    if not lines:
        return [_failed(facts, failed)] if failed else []
    if failed:
        lines.append(f"upgraded again, it raises: {failed.error.splitlines()[0]}")
    return [
        Finding(
            "irreversible-revision",
            facts.environment.name,
            f"the downgrade of revision {_ids(observation)} does not lead back to the schema that was there before.",
            detail=tuple(lines),
            path=observation.proved[0].path,
        )
    ]


def _failed(facts, failed):
    when = "upgraded again after its downgrade" if failed.again else "downgraded"
    return Finding(
        "irreversible-revision",
        facts.environment.name,
        f"revision {failed.revision} raises when it is {when}.",
        detail=tuple(failed.error.splitlines()),
        path=failed.path,
        line=failed.line,
    )


def _ids(observation):
    return ", ".join(known.id for known in observation.proved)


def _changed(observation):
    """Pairs (database, Difference): its ``history`` is what was there before, its ``models`` what is there now."""
    before = {stood.database: stood.objects for stood in observation.stood if not stood.downgraded}
    for stood in observation.stood:
        if stood.downgraded and stood.database in before:
            for one in differences(before[stood.database], stood.objects, extras=True):
                yield stood.database, one


def _lines(database, one):
    where = f" (database {database})" if database else ""
    named = f"{what(one)}{where}"
    if one.history is None:
        yield f"{named} is left behind"
        yield f"    add to downgrade(): {_drop(one)}"
    elif one.models is None:
        yield f"{named} is gone: {said(one, one.history)}"
        yield "    add to downgrade() what makes it again"
    else:
        before = dict(one.history).get(one.attribute, "none")
        yield f"{named}: {said(one, one.models)}; before it was {before}"
        yield "    add to downgrade() what sets it back"


def _drop(one):
    """The line of a downgrade that removes it."""
    name, table = (text.removeprefix("public.") for text in (one.name, one.table))
    schema, _, bare = table.rpartition(".")
    of_schema = f", schema={schema!r}" if schema else ""
    if one.kind == "table":
        return f"op.drop_table({bare!r}{of_schema})"
    if one.kind == "column":
        return f"op.drop_column({bare!r}, {name!r}{of_schema})"
    if one.kind == "index":
        return f"op.drop_index({name!r}, table_name={bare!r}{of_schema})"
    if one.kind == "trigger":
        return f"op.execute({f'DROP TRIGGER {name} ON {table}'!r})"
    if one.kind in _BY_STATEMENT:
        statement = f"DROP {'TYPE' if one.kind == 'enum' else one.kind.upper()} {name}"
        return f"op.execute({statement!r})"
    return f"op.drop_constraint({name!r}, {bare!r}{of_schema})"
