"""Each pair of schemas is a database: the history makes what was before, the models are what comes after."""

import os

from alembic import context
from sqlalchemy import MetaData, create_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from schemas import PAIRS

URL = os.environ["MUTATIONS_URL"]
CONTROL = os.environ.get("MUTATIONS") == "control"
ONLY = os.environ.get("MUTATIONS_ONLY", "").split(";")
dialect = URL.partition("+")[0].partition(":")[0]

seen = set()


def is_new(metadata, engine):
    """Many changes begin with the same schema, and one control will do. What events make cannot be told apart."""
    tables = metadata.sorted_tables
    made = [*map(CreateTable, tables), *(CreateIndex(index) for table in tables for index in table.indexes)]
    text = "".join([*map(repr, tables), *(str(one.compile(dialect=engine.dialect)) for one in made)])
    if text in seen and not metadata.dispatch.after_create:
        return False
    seen.add(text)
    return True


for at, (name, (before, after)) in enumerate(PAIRS[dialect].items()):
    if ONLY != [""] and name not in ONLY:
        continue
    metadata = MetaData()
    (before if CONTROL else after)(metadata)
    engine = create_engine(URL.format(at))
    if CONTROL and not is_new(metadata, engine):
        continue
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            upgrade_token=f"{name}_upgrades",
            downgrade_token=f"{name}_downgrades",
        )
        with context.begin_transaction():
            context.run_migrations(before=before, name=name)
