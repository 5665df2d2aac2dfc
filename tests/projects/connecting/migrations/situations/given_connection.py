from alembic import context
from sqlalchemy import engine_from_config, pool

import models


def migrate(connection):
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is None:
    engine = engine_from_config(
        context.config.get_section(context.config.config_ini_section), poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        migrate(connection)
else:
    migrate(given)
