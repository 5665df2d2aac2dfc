"""What a database says where a revision makes what is there already, or takes away what is not."""

import re
from typing import NamedTuple

THERE = "is there already"
NOT_THERE = "is not there"

_NAME = r"""["'`\[]?(?P<name>[^"'`\]\s;,:)(]+)"""
# The words of SQLite, PostgreSQL 15 and 18, MariaDB 10.11 and MySQL 8, SQL Server, Oracle and of Alembic's batches.
_WORDS = tuple(
    (re.compile(pattern, re.I), state)
    for pattern, state in (
        (rf"""\b(?:(?P<kind>table|view|index|trigger) )(?:["'`]?){_NAME}\S* already exists""", THERE),
        (rf"duplicate (?P<kind>column) name:? {_NAME}", THERE),
        (rf"there is already (?:a|an|another) (?P<kind>table)(?: or index)?\b.*?(?:named|this name:?) {_NAME}", THERE),
        (rf"There is already an (?P<kind>object) named {_NAME}", THERE),
        (rf'(?P<kind>column) {_NAME}" of relation \S+ already exists', THERE),
        (rf'(?P<kind>constraint|trigger|policy|rule) {_NAME}" for (?:relation|table|domain) \S+ already exists', THERE),
        (rf'(?P<kind>relation|type|schema|extension|enum label|function|constraint|collation|domain|server|publication)'
         rf' {_NAME}"? already exists', THERE),
        (rf'multiple (?P<kind>primary key)s for table {_NAME}" are not allowed', THERE),
        (rf"Duplicate (?P<kind>key) name {_NAME}", THERE),
        (rf"Duplicate (?P<kind>foreign key|check) constraint name {_NAME}", THERE),
        (r"(?P<name>Multiple) (?P<kind>primary key) defined", THERE),
        (rf"""Can't create (?P<kind>table) {_NAME}.*errno: 121 """, THERE),
        (rf"(?P<kind>Column) name {_NAME}.* is specified more than once", THERE),
        (r"ORA-00955|ORA-01430|ORA-02261|ORA-01408|ORA-02275|ORA-02260", THERE),
        (rf"no such (?P<kind>table|column|index|view|trigger|constraint): {_NAME}", NOT_THERE),
        (rf'(?P<kind>column) {_NAME}" of relation \S+ does not exist', NOT_THERE),
        (rf'(?P<kind>constraint|trigger|rule|policy) {_NAME}" (?:of|for) (?:relation|table) \S+ does not exist', NOT_THERE),
        (rf'(?P<kind>relation|column|type|schema|index|table|view|materialized view|sequence|constraint|function|operator'
         rf'|collation|extension|domain|trigger) {_NAME}(?:\(.*?\))?"? does not exist', NOT_THERE),
        (rf"(?P<kind>Table) {_NAME}' doesn't exist", NOT_THERE),
        (rf"Unknown (?P<kind>table|column) {_NAME}", NOT_THERE),
        (rf"""Can't DROP (?:(?P<kind>[A-Z ]+?) )?{_NAME}['`]; check that""", NOT_THERE),
        (rf"Key (?P<kind>column) {_NAME}' doesn't exist", NOT_THERE),
        (rf"(?P<kind>Key) {_NAME}' doesn't exist in table", NOT_THERE),
        (rf"Invalid (?P<kind>object|column) name {_NAME}", NOT_THERE),
        (rf"Cannot (?:find|drop) the (?P<kind>object|table|index|view|column) {_NAME}", NOT_THERE),
        (r"ORA-00942|ORA-00904|ORA-01418|ORA-02443|ORA-02289", NOT_THERE),
        (rf"NoSuch(?P<kind>Table)Error: {_NAME}", NOT_THERE),
        (rf"^KeyError: {_NAME}", NOT_THERE),
    )
)  # fmt: skip
_ONLY_MAKES = re.compile(r"\[SQL:\s*(CREATE|INSERT|ALTER\s+TABLE\s+\S+\s+ADD|COMMENT|GRANT)\b", re.I)


class Conflict(NamedTuple):
    """``object`` is what it is about ("column phone"); ``state`` is THERE or NOT_THERE.

    ``held``: what was run may have been done already, so that it would run on an older database.
    """

    object: str
    state: str
    held: bool


def conflict(words: str) -> Conflict | None:
    """What ``words``, with which a revision failed, say of an object; None where they are about something else."""
    said = words.partition("[SQL:")[0]
    for pattern, state in _WORDS:
        found = pattern.search(said)
        if found:
            held = state == THERE or not _ONLY_MAKES.search(words)
            return Conflict(_object(found), state, held)
    return None


def _object(found):
    parts = found.groupdict()
    name = parts.get("name")
    if not name:  # only a number of the error
        return "an object"
    kind = (parts.get("kind") or "").lower().strip()
    return kind if name == "Multiple" else f"{kind} {name}".strip()
