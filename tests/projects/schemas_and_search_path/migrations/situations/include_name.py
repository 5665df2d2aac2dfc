from alembic import context
from sqlalchemy import create_engine, text

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))


def include_name(name, type_, parent_names):
    return name in (None, "billing") if type_ == "schema" else True


with engine.connect() as connection:
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS meta"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        include_schemas=True,
        include_name=include_name,
        version_table="schema_version",
        version_table_schema="meta",
    )
    with context.begin_transaction():
        context.run_migrations()
