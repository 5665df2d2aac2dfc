"""What of a database leans on what, as its own description says: a view on tables, a foreign key on a key, and so on."""

import re
from typing import Dict, FrozenSet, Iterable, List, Tuple

from migrate_guard.protocol.messages import DatabaseObject
from migrate_guard.worker.compare.shape import Key, says, shape

# By what an object is known: kind, table, name
Known = Tuple[str, str, str]

_KEYS = ("primary key", "unique constraint", "index")
_ON_COLUMNS = (*_KEYS, "check constraint", "exclusion constraint", "policy", "rule", "statistics", "trigger")
_TYPES = ("enum", "domain", "composite type")
_COLUMNS = re.compile(r"^(?:PRIMARY KEY|UNIQUE)\b[^(]*\((.*?)\)|^(?:btree )?\(([\w\s\",`]+)\)", re.I)


def known(one: DatabaseObject) -> Known:
    return one.kind, one.table, one.name


class Side:
    """One state of a database: its ``objects``."""

    def __init__(self, objects: Iterable[DatabaseObject]):
        self.objects = list(objects)
        self.by_known = {known(one): one for one in self.objects}
        self.shape = shape(self.objects)
        self._columns: Dict[str, List[str]] = {}
        self._keys: Dict[str, List[DatabaseObject]] = {}
        for one in self.objects:
            if one.kind == "column":
                self._columns.setdefault(one.table, []).append(one.name)
            elif one.kind in _KEYS:
                self._keys.setdefault(one.table, []).append(one)
        self._named = [
            one
            for one in self.objects
            if one.kind in (*_TYPES, "sequence", "function", "collation", "aggregate")
        ]
        self._relations = [one for one in self.objects if one.kind in ("table", "view")]
        self._found: Dict[Known, FrozenSet[Known]] = {}

    def leans(self, one: DatabaseObject) -> FrozenSet[Known]:
        """What ``one`` cannot be without."""
        if known(one) not in self._found:
            self._found[known(one)] = frozenset(self._leans(one)) - {known(one)}
        return self._found[known(one)]

    def foreign_key(self, one: DatabaseObject) -> "Key | None":
        """What the foreign key ``one`` says, None where nothing is known of its table."""
        table = self.shape.tables.get(one.table)
        definition = one.attributes["definition"]
        for key in table.keys if table else ():
            if (
                key.name == one.name
                and f"({', '.join(key.columns)})".lower() in definition.replace('"', "").lower()
            ):
                return key
        return None

    def keys_for(self, key: Key) -> List[DatabaseObject]:
        """The unique constraints, primary keys and indexes that ``key`` may lean on."""
        return [one for one in self._keys.get(key.table, ()) if _covers(one, key.referred)]

    def own_indexes(self, table: str, key: Key) -> List[DatabaseObject]:
        """Those that begin with the columns of ``key`` itself, one of which MySQL wants."""
        return [
            one
            for one in self._keys.get(table, ())
            if columns_of(one)[: len(key.columns)] == [name.lower() for name in key.columns]
        ]

    def _leans(self, one):
        if one.kind == "foreign key":
            return self._of_foreign_key(one)
        if one.kind == "column":
            return self._of_column(one)
        if one.kind in _ON_COLUMNS:
            text = " ".join(one.attributes.values())
            found = {known_table(one.table, self), *self._said_columns(one.table, text)}
            return found | self._said_names(text)
        if one.kind == "view":
            return self._of_view(one)
        return (
            self._said_names(" ".join(one.attributes.values()))
            if one.kind in ("function", "domain", "composite type")
            else set()
        )

    def _of_foreign_key(self, one):
        key = self.foreign_key(one)
        found = {known_table(one.table, self)}
        if key:
            found |= {("table", key.table, key.table), *(("column", one.table, name) for name in key.columns)}
            found |= {("column", key.table, name) for name in key.referred}
            found |= {known(index) for index in self.keys_for(key)}
        return found

    def _of_column(self, one):
        said = one.attributes
        found = {("table", one.table, one.table)}
        if said.get("generated"):
            found |= self._said_columns(one.table, said["generated"])
        return found | self._said_names(
            " ".join((said["type"], said.get("default", ""), said.get("generated", "")))
        )

    def _of_view(self, one):
        text = one.attributes["definition"]
        found = self._said_names(text)
        for relation in self._relations:
            if relation.name != one.name and says(text, relation.name):
                found |= {known(relation), *self._said_columns(relation.name, text)}
        return found

    def _said_columns(self, table, text):
        return {("column", table, name) for name in self._columns.get(table, ()) if says(text, name)}

    def _said_names(self, text):
        return {known(one) for one in self._named if says(text, one.name.partition("(")[0])}


def known_table(name: str, side: Side) -> Known:
    """A table, or a view that has indexes or triggers."""
    view = ("view", "", name)
    return view if view in side.by_known else ("table", name, name)


def columns_of(one: DatabaseObject) -> List[str]:
    """The columns of a key, in its order and in lower case; [] where there are expressions."""
    found = _COLUMNS.match(one.attributes["definition"])
    return [part.strip(' "`').lower() for part in (found[1] or found[2]).split(",")] if found else []


def _covers(one, columns):
    unique = (
        one.kind != "index" or one.attributes.get("unique") or "hidden" in one.attributes
    )  # MySQL takes any index
    return bool(unique) and set(columns_of(one)[: len(columns)]) == {name.lower() for name in columns}
