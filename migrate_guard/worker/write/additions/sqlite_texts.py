"""The CREATE TABLE of a table that SQLite makes anew: what the history has, and what a revision changes of it."""

import re
from dataclasses import replace

from migrate_guard.worker.compare.describe.sqlite import called, statement

_OF = {
    "primary key": "primary",
    "unique constraint": "unique",
    "foreign key": "foreign",
    "check constraint": "check",
}
_LIST = re.compile(r"\((.*?)\)")


def composed(after, history, models):
    """``after`` (see state.upgraded) with the texts that make its tables; where all of one is new, the models' own."""
    texts = [{one.name: one.text for one in side if one.kind == "table"} for side in (history, models)]
    own = {(one.kind, one.table, one.name, one.attributes.get("definition")) for one in models}
    held = {(one.kind, one.table, one.name, one.attributes.get("definition")) for one in after}
    found = []
    for one in after:
        if one.kind == "table" and one.name in texts[0] and one.name in texts[1]:
            parts = [part for part in after if part.table == one.name]
            theirs = {key for key in own if key[1] == one.name}
            is_models = all(_is_of(part, models) for part in parts) and theirs <= held
            text = (
                texts[1][one.name]
                if is_models
                else _text(texts[0][one.name], texts[1][one.name], parts, models)
            )
            one = replace(one, text=text)
        found.append(one)
    return found


def _is_of(part, models):
    return any(
        (one.kind, one.table, one.name, dict(one.attributes))
        == (part.kind, part.table, part.name, dict(part.attributes))
        for one in models
        if (one.kind, one.table) == (part.kind, part.table)
    )


def _text(old, new, parts, models):
    before, now = statement(old), statement(new)
    theirs = {called(part): part for part in before.parts}
    ours = {called(part): part for part in now.parts}
    columns = [one for one in parts if one.kind == "column"]
    wanted = {("column", one.name.lower()): _is_of(one, models) for one in columns}
    for one in parts:
        if one.kind in _OF:
            wanted[_called(one)] = _is_of(one, models)
    order = [*theirs, *(key for key in ours if key not in theirs)]
    ordered = [key for kind in (True, False) for key in order if (key[0] == "column") is kind]
    listed = []
    for key in ordered:
        if key in wanted:
            text = ours.get(key) if wanted[key] or key not in theirs else theirs[key]
            listed += [text or theirs[key]]
    table = next(one for one in parts if one.kind == "table")
    tail = now.tail if _is_of(table, models) else before.tail
    return f"{now.head}\n\t" + ",\n\t".join(listed) + f"\n{tail}"


def _called(one):
    definition = one.attributes["definition"]
    if one.kind == "check constraint":
        return "check", definition
    found = _LIST.search(definition)
    return _OF[one.kind], found[1] if found else ""
