"""What of PostgreSQL only statements make: policies, rules, statistics, composite types and extensions."""

from migrate_guard.worker.write.additions.code import execute
from migrate_guard.worker.write.additions.postgresql import texts

# As _ORDER of code.py ranks them
_RANK = {
    "policy": "policy",
    "rule": "rule",
    "statistics": "statistics",
    "composite type": "enum",
    "extension": "schema",
}


def write(turn, steps, old, new, attributes):
    """What changes goes, and comes again; of an extension only whether it is there."""
    kind = (new or old).kind
    of_tables = kind in ("policy", "rule", "statistics")
    if old and new and kind not in ("policy", "rule", "statistics", "composite type"):
        return
    if old and of_tables:
        steps.before(_RANK[kind], drop(turn, old))
    elif old:
        steps.after(_RANK[kind], drop(turn, old), drops=True)
    if new and of_tables:
        steps.after(_RANK[kind], create(turn, new))
    elif new:
        steps.before(_RANK[kind], create(turn, new), makes=True)


def drop(turn, one):
    if one.kind in ("policy", "rule"):
        return execute(f"DROP {one.kind.upper()} {turn.quoted(one.name)} ON {turn.name(one.table)}")
    words = {"statistics": "STATISTICS", "composite type": "TYPE", "extension": "EXTENSION"}
    return execute(f"DROP {words[one.kind]} {turn.name(one.name)}")


def create(turn, one):
    if one.kind == "extension":
        return execute(
            f"CREATE EXTENSION {turn.quoted(one.name)} SCHEMA {turn.quoted(one.attributes['schema'])}"
        )
    definition = texts.said(turn, one.attributes["definition"])
    if one.kind == "policy":
        return execute(f"CREATE POLICY {turn.quoted(one.name)} ON {turn.name(one.table)} AS {definition}")
    if one.kind == "composite type":
        return execute(f"CREATE TYPE {turn.name(one.name)} AS ({definition})")
    return execute(definition.rstrip(";"))  # the whole statement, as the server tells it
