"""What of PostgreSQL belongs to a schema and to no column: domains, sequences, functions, triggers, and schemas."""

import re

from migrate_guard.worker.write.additions.code import execute
from migrate_guard.worker.write.additions.postgresql import enums, texts


def write_domain(turn, steps, old, new, attributes):
    if not old:
        steps.before("domain", execute(_create_domain(turn, new)), makes=True)
        return
    if not new:
        steps.after("domain", execute(f"DROP DOMAIN {turn.name(old.name)}"), drops=True)
        return
    if {"checks", "type"} & set(attributes):  # a check is dropped by its name, which nobody knows
        base = texts.said(turn, new.attributes["type"])
        enums.swap(turn, steps, "DOMAIN", old, execute(_create_domain(turn, new)), base)
        return
    alter = f"ALTER DOMAIN {turn.name(new.name)}"
    if "default" in attributes:
        default = texts.said(turn, new.attributes["default"])
        steps.after(
            "domain", execute(f"{alter} SET DEFAULT {default}" if default else f"{alter} DROP DEFAULT")
        )
    if "nullable" in attributes:
        word = "SET" if new.attributes["nullable"] == "NOT NULL" else "DROP"
        steps.after("domain", execute(f"{alter} {word} NOT NULL"))


def _create_domain(turn, one):
    said = one.attributes
    words = [f"CREATE DOMAIN {turn.name(one.name)} AS {texts.said(turn, said['type'])}"]
    words += [f"DEFAULT {texts.said(turn, said['default'])}"] if said["default"] else []
    words += ["NOT NULL"] if said["nullable"] == "NOT NULL" else []
    return " ".join([*words, texts.said(turn, said["checks"]).replace("), CHECK", ") CHECK")]).strip()


def write_sequence(turn, steps, old, new, attributes):
    if not new:
        steps.after("sequence", execute(f"DROP SEQUENCE {turn.name(old.name)}"), drops=True)
        return
    said, name = new.attributes, turn.name(new.name)
    options = {**said, "cycle": "CYCLE" if said["cycle"] else "NO CYCLE"}
    if not old:
        kind = "" if said["type"] == "bigint" else f" AS {said['type']}"
        more = texts.sequence_options(options)
        more = "" if more == "START WITH 1" else f" {more}"
        steps.before("sequence", execute(f"CREATE SEQUENCE {name}{kind}{more}"), makes=True)
        return
    changes = [f"AS {said['type']}"] if "type" in attributes else []
    changes += [word.format(options[key]) for key, word in texts.OPTION_WORDS.items() if key in attributes]
    steps.after("sequence", execute(f"ALTER SEQUENCE {name} {' '.join(changes)}"))


def write_function(turn, steps, old, new, attributes):
    """Its arguments are part of its name."""
    if not new:
        steps.after("function", execute(f"DROP ROUTINE {old.name}"), drops=True)
        return
    if old and _returns(old) != _returns(new):
        steps.before("function", execute(f"DROP ROUTINE {old.name}"), makes=True)
    steps.before("function", execute(new.attributes["definition"].strip()), makes=True)


def _returns(one):
    found = re.search(r"^ RETURNS .*", one.attributes["definition"], re.M)
    return found and found[0]


def write_trigger(turn, steps, old, new, attributes):
    if old:
        steps.before("trigger", execute(f"DROP TRIGGER {turn.quoted(old.name)} ON {turn.name(old.table)}"))
    if new:
        steps.after("trigger", execute(texts.said(turn, new.attributes["definition"])))


def write_schema(turn, steps, old, new, attributes):
    if new:
        steps.before("schema", execute(f"CREATE SCHEMA {turn.quoted(new.name)}"), makes=True)
    else:
        steps.after("schema", execute(f"DROP SCHEMA {turn.quoted(old.name)}"), drops=True)
