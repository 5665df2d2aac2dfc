from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import models

URL = make_url(context.config.get_main_option("sqlalchemy.url"))
BY = {
    "postgresql": ("postgres", "SELECT 1 FROM pg_database WHERE datname = :name"),
    "mysql": (None, "SELECT 1 FROM information_schema.schemata WHERE schema_name = :name"),
}
database, query = BY[URL.get_backend_name()]

with create_engine(URL._replace(database=database), isolation_level="AUTOCOMMIT").connect() as connection:
    if not connection.execute(text(query), {"name": URL.database}).scalar():
        connection.execute(text(f"CREATE DATABASE {URL.database}"))

with create_engine(URL).connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
