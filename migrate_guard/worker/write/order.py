"""One order for Alembic's operations and ours, in which each finds what it needs; where theirs does, it stays."""

from typing import Any, Dict, List, Set, Tuple

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.util import md5_hex

from migrate_guard.worker.compare.leaning import Known, Side, known
from migrate_guard.worker.write.effects import ALTER, DROP, MAKE, Effect

# Kinds whose names are taken from one and the same list
_RELATIONS = {"table", "index", "unique constraint", "primary key", "view", "sequence"}


def arrange(operations, turn, splits):
    """Bring ``operations`` into order, in place; whether one that nobody knows had to be crossed.

    ``splits``: the operations on one table may stand apart.
    """
    nodes = [node for op in operations for node in _nodes(op, splits)]
    sides = Side(turn.old), Side(turn.new)
    effects = [_effects(op, turn, sides) for op in nodes]
    before = _edges(effects, sides)
    crossed = _keep_unknown(effects, before)
    operations[:] = _joined([nodes[at] for at in _sorted(before)])
    return crossed


def effects_of(operations, turn):
    """What all of ``operations`` do that are known."""
    sides = Side(turn.old), Side(turn.new)
    return [one for op in operations for one in _effects(op, turn, sides) or ()]


def _nodes(op, splits):
    if not isinstance(op, ops.ModifyTableOps) or not splits:
        return [op]
    return [ops.ModifyTableOps(op.table_name, [one], schema=op.schema) for one in op.ops]


def _joined(nodes):
    """Neighbours on one table in one batch."""
    found: List[Any] = []
    for op in nodes:
        last: Any = found[-1] if found else None
        both = type(op) is ops.ModifyTableOps and type(last) is ops.ModifyTableOps
        if both and (op.table_name, op.schema) == (last.table_name, last.schema):
            found[-1] = ops.ModifyTableOps(op.table_name, [*last.ops, *op.ops], schema=op.schema)
        else:
            found.append(op)
    return found


# --- what an operation does


def _effects(op, turn, sides):
    """None for one that nobody knows."""
    if isinstance(op, ops.ModifyTableOps):
        inner = [_effects(one, turn, sides) for one in op.ops]
        return None if None in inner else {effect for one in inner for effect in one or ()}
    own = getattr(op, "effects", None)
    if own is not None:
        return set(own)
    filled = getattr(op, "filled", None)
    if filled is not None:
        table, schema, column = filled
        return {Effect(ALTER, ("column", turn.full(table, schema), column))}
    for cls, effects in _OF:
        if isinstance(op, cls):
            return {Effect(action, one) for action, one in effects(op, turn, sides)}
    return None


def _table(op, turn):
    return turn.full(op.table_name, op.schema)


def _create_table(op, turn, sides):
    name = _table(op, turn)
    yield MAKE, ("table", name, name)
    yield from ((MAKE, ("column", name, one.name)) for one in op.columns if isinstance(one, Column))
    table = op.to_table()
    stated = [
        one for one in table.constraints if not isinstance(one, ForeignKeyConstraint) or not one.use_alter
    ]
    for one in sides[1].objects:
        if (
            one.table == name
            and one.kind in _KINDS.values()
            and any(_is(one, constraint) for constraint in stated)
        ):
            yield MAKE, known(one)


def _is(one, constraint):
    kind = next((kind for cls, kind in _KINDS.items() if isinstance(constraint, cls)), None)
    if kind != one.kind:
        return False
    if isinstance(constraint, (PrimaryKeyConstraint, CheckConstraint)) or not one.name or one.generated:
        return True
    return constraint.name is None or str(constraint.name) == one.name


_KINDS = {
    ForeignKeyConstraint: "foreign key", UniqueConstraint: "unique constraint", CheckConstraint: "check constraint",
    PrimaryKeyConstraint: "primary key",
}  # fmt: skip


def _drop_table(op, turn, sides):
    name = _table(op, turn)
    yield DROP, ("table", name, name)
    yield from ((DROP, known(one)) for one in sides[0].objects if one.table == name and one.kind != "table")


def _add_column(op, turn, sides):
    yield MAKE, ("column", _table(op, turn), op.column.name)


def _drop_column(op, turn, sides):
    name = ("column", _table(op, turn), op.column_name)
    yield DROP, name


def _alter_column(op, turn, sides):
    yield ALTER, ("column", _table(op, turn), op.column_name)


def _create_index(op, turn, sides):
    yield (
        MAKE,
        _found(sides[1], ("index", "unique constraint"), _table(op, turn), op.index_name, _longest(turn)),
    )


def _drop_index(op, turn, sides):
    yield (
        DROP,
        _found(sides[0], ("index", "unique constraint"), _table(op, turn), op.index_name, _longest(turn)),
    )


def _add_constraint(op, turn, sides):
    constraint = op.to_constraint()
    kind = next((kind for cls, kind in _KINDS.items() if isinstance(constraint, cls)), "exclusion constraint")
    if isinstance(op, ops.CreateForeignKeyOp):
        table = turn.full(op.source_table, op.kw.get("source_schema"))
        name = op.constraint_name or _by_columns(sides[1], table, op.local_cols)
    else:
        table, name = turn.full(op.table_name, op.schema), op.constraint_name
    yield MAKE, _found(sides[1], (kind, "index"), table, name, _longest(turn))


def _by_columns(side, table, columns):
    wanted = tuple(name.lower() for name in columns)
    for one in side.objects:
        if (one.kind, one.table) == ("foreign key", table):
            key = side.foreign_key(one)
            if key and tuple(name.lower() for name in key.columns) == wanted:
                return one.name
    return ""


def _drop_constraint(op, turn, sides):
    kinds = {
        "foreignkey": "foreign key",
        "unique": "unique constraint",
        "primary": "primary key",
        "check": "check constraint",
    }
    kind = kinds.get(op.constraint_type or "")
    table = turn.full(op.table_name, op.schema)
    yield (
        DROP,
        _found(
            sides[0],
            [kind, "index"] if kind else [*kinds.values(), "exclusion constraint"],
            table,
            op.constraint_name,
        ),
    )


def _comment(op, turn, sides):
    name = _table(op, turn)
    yield ALTER, ("table", name, name)


_OF = (
    (ops.CreateTableOp, _create_table),
    (ops.DropTableOp, _drop_table),
    (ops.AddColumnOp, _add_column),
    (ops.DropColumnOp, _drop_column),
    (ops.AlterColumnOp, _alter_column),
    (ops.CreateIndexOp, _create_index),
    (ops.DropIndexOp, _drop_index),
    (ops.AddConstraintOp, _add_constraint),
    (ops.DropConstraintOp, _drop_constraint),
    ((ops.CreateTableCommentOp, ops.DropTableCommentOp), _comment),
)


def _found(side, kinds, table, name, longest=63):
    """As ``side`` knows it: what is unique may be a constraint there, or an index, and a name is cut."""
    tried = [
        (kind, table, one) for kind in kinds for one in dict.fromkeys((name or "", _cut(name or "", longest)))
    ]
    return next((one for one in tried if one in side.by_known), tried[0])


def _longest(turn):
    dialect = turn.dialect
    return dialect.max_index_name_length or dialect.max_identifier_length


def _cut(name, longest):
    """As SQLAlchemy cuts the names of a convention (IdentifierPreparer.truncate_and_render_index_name)."""
    return name if len(name) <= longest else f"{name[: longest - 8]}_{md5_hex(name)[-4:]}"


# --- what has to come before what


def _edges(effects, sides):
    """For each operation the places of those that come before it."""
    before: List[Set[int]] = [set() for _ in effects]
    does: Dict[Tuple[str, Known], List[int]] = {}
    for at, own in enumerate(effects):
        for effect in own or ():
            does.setdefault(effect, []).append(at)

    altered = [{effect.known for effect in own or () if effect.action == ALTER} for own in effects]

    def first(ones, others):
        for one in ones:
            for other in others:
                # What is done to one thing in several steps stays as it was drafted.
                if one < other or (one > other and not altered[one] & altered[other]):
                    before[other].add(one)

    for (action, thing), places in does.items():
        if action == MAKE:
            there = sides[1].by_known.get(thing)
            for needed in sides[1].leans(there) if there else ():
                first(does.get((MAKE, needed), ()), places)
                if needed[0] != "table":  # what else is done to that is no matter
                    first(does.get((ALTER, needed), ()), places)
            first(_droppers(thing, does), places)
        elif action == DROP:
            there = sides[0].by_known.get(thing)
            for needed in [*sides[0].leans(there), *_own_indexes(there, sides[0])] if there else ():
                first(places, does.get((DROP, needed), ()))
                if needed[0] != "table":
                    first(places, does.get((ALTER, needed), ()))
        else:
            now, was = (side.by_known.get(thing) for side in (sides[1], sides[0]))
            for needed in sides[1].leans(now) if now else ():
                first(does.get((MAKE, needed), ()), places)
                if needed[0] != "table":
                    first(does.get((ALTER, needed), ()), places)
            for needed in sides[0].leans(was) if was else ():
                if not now or needed not in sides[1].leans(now):
                    first(places, does.get((DROP, needed), ()))
            _keep(places, before)
    _replacements(does, sides, first)
    return before


def _own_indexes(one, side):
    """Those that MySQL lets not go as long as a foreign key on their columns is there."""
    key = side.foreign_key(one) if one.kind == "foreign key" else None
    own = side.own_indexes(one.table, key) if key else []
    return [known(index) for index in own if "hidden" in index.attributes]


def _droppers(thing, does):
    """What has to go, since its name is taken."""
    if thing[0] not in _RELATIONS:
        return does.get((DROP, thing), ())
    schema = (thing[1] or thing[2]).rpartition(".")[0]
    return [
        at
        for (action, other), places in does.items()
        if action == DROP
        and other[0] in _RELATIONS
        and other[2] == thing[2]
        and (other[1] or other[2]).rpartition(".")[0] == schema
        for at in places
        if other == thing or other[0] != "primary key"
    ]


def _keep(places, before):
    """What changes one and the same thing stays as it was drafted."""
    for one, other in zip(places, places[1:]):
        if one != other:
            before[other].add(one)


def _replacements(does, sides, first):
    """An index that a foreign key needs comes before the one goes whose place it takes (MySQL 1553)."""
    for one in sides[0].objects:
        key = sides[0].foreign_key(one) if one.kind == "foreign key" else None
        if key is None or known(one) not in sides[1].by_known or (DROP, known(one)) in does:
            continue
        for old, new in (
            (sides[0].own_indexes(one.table, key), sides[1].own_indexes(one.table, key)),
            (sides[0].keys_for(key), sides[1].keys_for(key)),
        ):
            gone = [at for index in old for at in does.get((DROP, known(index)), ())]
            come = [
                at
                for index in new
                for at in does.get((MAKE, known(index)), ())
                if index.name not in [other.name for other in old]
            ]
            first(come, gone)


def _keep_unknown(effects, before):
    """Nothing crosses what nobody knows, unless it must: whether something has to."""
    unknown = [at for at, own in enumerate(effects) if own is None]
    crossed = False
    after = _reached(before) if unknown else []
    for at in unknown:
        later = set(range(at + 1, len(effects)))
        movers = {one for one in range(at) if later & after[one]}
        crossed = crossed or bool(movers)
        before[at].update(set(range(at)) - movers)
        for one in later | movers:
            before[one].add(at)
    return crossed


def _reached(before):
    """For each operation all that have to come before it, whoever says so."""
    found: List[Set[int]] = []
    for at in range(len(before)):
        waiting, seen = [at], set()
        while waiting:
            for one in before[waiting.pop()]:
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        found.append(seen)
    return found


def _sorted(before):
    """The places in their new order; where two need each other the draft decides."""
    order: List[int] = []
    met: Set[int] = set()

    def visit(at):
        met.add(at)
        for one in sorted(before[at]):
            if one not in met:
                visit(one)
        order.append(at)

    for at in range(len(before)):
        if at not in met:
            visit(at)
    return order
