from alembic import context
from sqlalchemy import create_engine, text

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.connect() as connection:
    for tenant in ("acme", "globex"):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {tenant}"))
        connection.execute(text(f"SET search_path TO {tenant}"))
        connection.commit()
        connection.dialect.default_schema_name = tenant
        context.configure(connection=connection, target_metadata=models.Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
