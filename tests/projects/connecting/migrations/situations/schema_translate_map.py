from alembic import context
from sqlalchemy import create_engine, text

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.connect() as connection:
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS acme"))
    connection.execute(text("SET search_path TO acme"))
    connection.commit()
    connection = connection.execution_options(schema_translate_map={None: "acme"})
    connection.dialect.default_schema_name = "acme"
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
