from alembic import context
from sqlalchemy import create_engine, event, text

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.begin() as connection:
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS shop"))


@event.listens_for(engine, "connect", insert=True)
def set_search_path(dbapi_connection, record):
    autocommit, dbapi_connection.autocommit = dbapi_connection.autocommit, True
    cursor = dbapi_connection.cursor()
    cursor.execute("SET SESSION search_path = 'shop'")
    cursor.close()
    dbapi_connection.autocommit = autocommit


engine.dispose()
with engine.connect() as connection:
    connection.dialect.default_schema_name = "shop"
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        include_schemas=True,
        include_name=lambda name, type_, names: type_ != "schema" or name in (None, "billing"),
    )
    with context.begin_transaction():
        context.run_migrations()
