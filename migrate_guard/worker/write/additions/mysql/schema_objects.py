"""What of MySQL and MariaDB stands beside columns and keys: views, triggers, functions and sequences."""

from migrate_guard.worker.write.additions.code import execute, undecided

_SEQUENCE = {
    "start_value": "START WITH", "increment": "INCREMENT BY", "minimum_value": "MINVALUE",
    "maximum_value": "MAXVALUE", "cache_size": "CACHE",
}  # fmt: skip


def write_view(turn, steps, old, new, attributes):
    if not new:
        steps.before("view", execute(f"DROP VIEW {turn.name(old.name)}"))
        return
    instead = " OR REPLACE" if old else ""
    steps.after(
        "view", execute(f"CREATE{instead} VIEW {turn.name(new.name)} AS\n{new.attributes['definition']}")
    )


def write_trigger(turn, steps, old, new, attributes):
    if old:
        steps.before("trigger", execute(f"DROP TRIGGER {turn.quoted(old.name)}"))
    if new:
        said = new.attributes
        made = (
            f"CREATE TRIGGER {turn.quoted(new.name)} {said['when']} ON {turn.name(new.table)} FOR EACH ROW\n"
        )
        steps.after("trigger", execute(made + said["definition"]))


def write_function(turn, steps, old, new, attributes):
    if new:
        steps.before(
            "function", undecided(f"the arguments of function {new.name}, which the server does not tell")
        )
    else:
        steps.after("function", execute(f"DROP FUNCTION {turn.quoted(old.name)}"), drops=True)


def write_sequence(turn, steps, old, new, attributes):
    if not new:
        steps.after("sequence", execute(f"DROP SEQUENCE {turn.quoted(old.name)}"), drops=True)
        return
    said = new.attributes
    words = [f"{word} {said[key]}" for key, word in _SEQUENCE.items() if key in said]
    words.append("CYCLE" if said.get("cycle_option") == "1" else "NOCYCLE")
    verb = "ALTER" if old else "CREATE"
    steps.before(
        "sequence", execute(f"{verb} SEQUENCE {turn.quoted(new.name)} {' '.join(words)}"), makes=True
    )
