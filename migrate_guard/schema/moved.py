"""Pure: what the same migrations make otherwise than before, since they take it from code that has changed."""

import re
from collections.abc import Collection, Iterable

from migrate_guard.protocol.messages import Operation
from migrate_guard.protocol.observation import Observation
from migrate_guard.schema.differences import differences

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(\w+)", re.M)
_NOT_OURS = {"alembic", "sqlalchemy"}
# What a type of the project's decides of a column; a default may be another one at each run
_OF_TYPES = {("column", "type"), ("enum", "values"), ("check constraint", "definition")}


def takes_from(texts: Iterable[bytes], paths: Collection[str]) -> bool:
    """Whether one of ``texts``, those of migrations, may import a module of the project that has ``paths``."""
    tops = {
        name for path in paths if path.endswith(".py") for name in path.removesuffix(".py").split("/")
    } - _NOT_OURS
    return any(name.decode() in tops for text in texts for name in _IMPORT.findall(text))


def moved(before: Observation, now: Observation) -> tuple[Operation, ...]:
    """Each difference between what the migrations made ``before`` and make ``now``, as one of history and models."""
    if before.built or now.built:
        return ()  # they are made from the models, which is another finding's matter
    made = [{one.database: one.objects for one in seen.described if not one.models} for seen in (before, now)]
    return tuple(
        Operation(
            one.kind,
            one.table,
            one.name,
            one.models,
            one.history,
            one.attribute,
            database=database,
            described=True,
        )
        for database, objects in made[1].items()
        if database in made[0]
        for one in differences(list(made[0][database]), list(objects))
        if (one.kind, one.attribute) in _OF_TYPES
    )
