from alembic import context
from sqlalchemy import create_engine, text

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.begin() as connection:
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS shop"))
    connection.execute(text("SET LOCAL search_path TO shop"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 4711})
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
