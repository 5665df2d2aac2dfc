"""Pure: what stays the same in any order, and what differs in nothing but its order."""

import re

_ITEM = r"(?:'(?:[^']|'')*'|\(\d+(?:,\s*\d+)?\)|[^'()\[\],])+"
_LISTED = rf"({_ITEM}(?:,{_ITEM})*)"
# IN (1, 2), and what PostgreSQL makes of it: = ANY (ARRAY[1, 2])
_LIST = re.compile(rf"(?:(?<=\bIN \()|(?<=\bIN\()|(?<=\bARRAY\[)){_LISTED}(?=[)\]])", re.I)
_PAIRS = re.compile(r"^(FOREIGN KEY \()([^()]*)(\) REFERENCES [^()]*\()([^()]*)(\).*)$", re.S)
_PARTS = re.compile(rf"{_ITEM}")
_COLUMNS = re.compile(rf"^([^()]*\(){_LISTED}(\).*)$", re.S)
# Where a list of values stands in what an object says
_WITH_LISTS = {"definition", "checks", "generated"}
_KEYS = {"primary key", "unique constraint"}
_CODE = {"function", "trigger"}
_VALUES = "Sorting and comparison follow the order of the values."
_COLUMNS_OF = "The order of the columns decides which queries its index can serve."
_OF_VALUES = re.compile(r"(enum|set)\(", re.I)
_EFFECTS = {
    "enum": _VALUES,
    "column": _VALUES,  # MySQL's ENUM is a type of the column
    "primary key": _COLUMNS_OF,
    "unique constraint": _COLUMNS_OF,
    "index": _COLUMNS_OF,  # a unique one
}


def settled(kind: str, attribute: str, value: str) -> str:
    """What ``attribute`` of an object says, with what may stand in any order in one order."""
    if kind == "foreign key":
        return _PAIRS.sub(_sorted_pairs, value)
    if attribute in _WITH_LISTS and kind not in _CODE:
        return _LIST.sub(lambda found: ", ".join(sorted(_items(found[0]))), value)
    return value


def loosened(kind: str, attribute: str, value: str) -> str:
    """The same with the values of an enum, or the columns of a key, in one order: what is equal then may differ in life."""
    if (kind, attribute) == ("enum", "values"):
        return ", ".join(sorted(_items(value)))
    counts = _OF_VALUES.match(value) if kind == "column" else kind in _KEYS
    if counts and attribute in ("type", "definition"):
        return _COLUMNS.sub(lambda found: f"{found[1]}{', '.join(sorted(_items(found[2])))}{found[3]}", value)
    return settled(kind, attribute, value)


def effect(kind: str) -> str:
    """What another order changes for an object of that kind."""
    return _EFFECTS[kind]


def _items(text):
    return [item.strip() for item in _PARTS.findall(text)]


def _sorted_pairs(found):
    pairs = sorted(zip(_items(found[2]), _items(found[4]), strict=False))
    return f"{found[1]}{', '.join(own for own, _ in pairs)}{found[3]}{', '.join(other for _, other in pairs)}{found[5]}"
