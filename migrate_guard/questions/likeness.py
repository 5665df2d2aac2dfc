"""How alike two tables or two columns are: whether one could be the other under a new name."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# Types between which a column may be changed and keep its values
_FAMILIES = (
    ("number", r"(tiny|small|medium|big)?int(eger)?\d?|(big|small)?serial|bool(ean)?|numeric|decimal|real|double.*|float\d?|money|bit"),
    ("text", r"n?(var)?char\d?|character.*|n?(tiny|medium|long)?text|n?clob|citext|enum|set|string|json|jsonb|uuid"),
    ("time", r"date\w*|time\w*( with.*)?|interval.*|year"),
    ("bytes", r"(tiny|medium|long)?blob|(var)?binary|bytea"),
)  # fmt: skip
_ENOUGH = 0.5


@dataclass(frozen=True)
class Likeness:
    """``order``: the likelier, the larger. ``words`` tell a person."""

    order: float
    words: str


def columns(old: str, new: str, theirs: str, ours: str) -> Likeness | None:
    """Of two columns by their names and their types; None where these are not compatible."""
    if _family(theirs) != _family(ours):
        return None
    share = _share(old, new)
    same = theirs.lower() == ours.lower()
    types = "same type" if same else f"{theirs} and {ours}"
    return Likeness(share + same / 10, f"{types}, {_percent(share)} alike by name")


def tables(old: str, new: str, history: dict | None, models: dict | None) -> Likeness | None:
    """Of two tables by their names and their columns, as {name: type}; None where less than half of these are alike.

    Where nobody knows the columns the names have to do.
    """
    share = _share(*(name.rpartition(".")[2] for name in (old, new)))
    by_name = f"{_percent(share)} alike by name"
    if history is None or models is None:
        return Likeness(share, by_name)
    same = [name for name in history if name in models and _family(history[name]) == _family(models[name])]
    left, others = (
        [_family(type_) for name, type_ in side.items() if name not in same] for side in (history, models)
    )
    compatible = 0
    for family in left:
        if family in others:
            others.remove(family)
            compatible += 1
    most = max(len(history), len(models))
    if len(same) + compatible / 2 < most * _ENOUGH:
        return None
    return Likeness(len(same) / most + share, f"{len(same)} of {most} columns the same, {by_name}")


def _family(type_):
    """The name of the family; the type itself where it belongs to none."""
    bare = re.sub(r"\(.*?\)| unsigned| zerofill| collate .*| character set .*", "", type_.lower()).strip(' "')
    array = "[]" if bare.endswith("[]") else ""
    bare = bare.removesuffix("[]")
    for name, types in _FAMILIES:
        if re.fullmatch(types, bare):
            return name + array
    return bare + array


def _share(old, new):
    return SequenceMatcher(None, old.lower(), new.lower()).ratio()


def _percent(share):
    return f"{share:.0%}".replace("%", " %")
