from alembic import context
from sqlalchemy import create_engine, text

import models

URL = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(URL)
BEFORE = {
    "postgresql": [
        "CREATE SCHEMA IF NOT EXISTS shop",
        "SET search_path TO shop, public",
        "SET lock_timeout = '3s'",
        "SET statement_timeout = '30s'",
        "SELECT pg_advisory_lock(4711)",
    ],
    "mysql": [
        "SET SESSION lock_wait_timeout = 5",
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES'",
        "SELECT GET_LOCK('migrations', 5)",
    ],
}
AFTER = {
    "postgresql": [
        'GRANT SELECT ON "user" TO PUBLIC',
        "CREATE MATERIALIZED VIEW IF NOT EXISTS names AS SELECT name FROM \"user\"",
        "REFRESH MATERIALIZED VIEW names",
        "SELECT pg_advisory_unlock(4711)",
    ],
    "mysql": ["SELECT RELEASE_LOCK('migrations')"],
}
dialect = URL.partition("+")[0]

with engine.connect() as connection:
    for statement in BEFORE[dialect]:
        connection.execute(text(statement))
    connection.commit()
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
    for statement in AFTER[dialect]:
        connection.execute(text(statement))
    connection.commit()
