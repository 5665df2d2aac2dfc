"""Tables of PostgreSQL: what of them can be changed in place, and what cannot."""

from migrate_guard.worker.write.additions.code import call, execute, undecided

_FIXED = {"partitioned by", "partition", "inherits", "foreign"}


def write(turn, steps, old, new, attributes):
    if not (old and new):
        return  # Alembic's own
    name, schema = turn.split(new.table)
    alter = f"ALTER TABLE {turn.name(new.table)}"
    for attribute in attributes:
        said, before = new.attributes[attribute], old.attributes[attribute]
        if attribute == "persistence":
            steps.after("table", execute(f"{alter} SET {'UNLOGGED' if said == 'unlogged' else 'LOGGED'}"))
        elif attribute == "options":
            gone = set(_options(before)) - set(_options(said))
            if gone:
                steps.after("table", execute(f"{alter} RESET ({', '.join(sorted(gone))})"))
            if said:
                steps.after("table", execute(f"{alter} SET ({said})"))
        elif attribute == "comment":
            arguments = {"existing_comment": before or None, "schema": schema}
            made = call("create_table_comment", name, said, **arguments)
            steps.after("table", made if said else call("drop_table_comment", name, **arguments))
        elif attribute == "row level security":
            steps.after("table", execute(f"{alter} {'ENABLE' if said else 'DISABLE'} ROW LEVEL SECURITY"))
        elif attribute == "row level security of the owner":
            steps.after("table", execute(f"{alter} {'FORCE' if said else 'NO FORCE'} ROW LEVEL SECURITY"))
        elif attribute == "replica identity":
            steps.after("table", execute(f"{alter} REPLICA IDENTITY {_identity(turn, said)}"))
        elif attribute in _FIXED:
            what = f"{attribute} {said}" if said else f"no longer {attribute} {before}"
            steps.after("table", undecided(f"table {name} has to be made anew, with its rows: {what}"))


def _identity(turn, said):
    word, _, index = said.partition(" ")
    name = turn.quoted(index.rpartition(".")[2].strip('"'))
    return f"USING INDEX {name}" if index else (word or "default").upper()


def _options(said):
    return dict(option.split("=", 1) for option in said.split(", ") if option)
