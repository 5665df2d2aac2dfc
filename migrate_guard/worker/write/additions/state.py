"""What a database holds once a revision has run: what the models ask for and the revision makes, and all that stays."""

from collections import defaultdict
from typing import Dict, List, Set

from migrate_guard.protocol.messages import DatabaseObject
from migrate_guard.worker.compare.leaning import Known, known
from migrate_guard.worker.write import order
from migrate_guard.worker.write.effects import DROP


def upgraded(turn, changes):
    """After the operations of ``turn``, which leads from the history to the models, and ``changes``."""
    effects = order.effects_of(turn.operations, turn)
    dropped = {one.known for one in effects if one.action == DROP}
    touched = {one.known for one in effects if one.action != DROP}
    for change in changes:
        if change.models is not None:
            touched.add(_own(change.models))
        if change.history is not None and (
            change.models is None or _own(change.models) != _own(change.history)
        ):
            dropped.add(_own(change.history))
    models = {_own(one): one for one in turn.new}
    alike: Dict[tuple, List[Known]] = defaultdict(list)
    for one in turn.new:
        alike[_content(one)].append(_own(one))
    found: List[DatabaseObject] = []
    met: Set[Known] = set()
    for one in turn.old:
        own = _own(one)
        if own in dropped and own not in touched:
            continue
        if own in models:
            found.append(models[own] if own in touched else one)
            met.add(own)
            continue
        found.append(one)
        met.update(other for other in alike[_content(one)] if other not in touched)
    tables = {one.name for one in turn.old if one.kind in ("table", "view")}
    for one in turn.new:
        own = _own(one)
        if own not in met and (own in touched or one.table not in tables or one.generated):
            found.append(one)
    return found


def _own(one):
    """As known() says; SQLite has constraints without a name, which are known by what they say."""
    kind, table, name = known(one)
    return kind, table, name or one.attributes.get("definition", "")


def _content(one):
    return one.kind, one.table, tuple(sorted(one.attributes.items()))
