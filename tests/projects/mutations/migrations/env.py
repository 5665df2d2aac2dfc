"""Each pair of schemas is a database: the history makes what was before, the models are what comes after."""

import os

from alembic import context
from sqlalchemy import MetaData, create_engine

from schemas import PAIRS

URL = os.environ["MUTATIONS_URL"]
CONTROL = os.environ.get("MUTATIONS") == "control"
dialect = URL.partition("+")[0].partition(":")[0]

for at, (name, (before, after)) in enumerate(PAIRS[dialect].items()):
    metadata = MetaData()
    (before if CONTROL else after)(metadata)
    with create_engine(URL.format(at)).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            upgrade_token=f"{name}_upgrades",
            downgrade_token=f"{name}_downgrades",
        )
        with context.begin_transaction():
            context.run_migrations(before=before)
