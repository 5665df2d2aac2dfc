from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.schema import CreateSchema

import models

URL = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(URL, connect_args={"options": "-c search_path=shop"})

with create_engine(URL, isolation_level="AUTOCOMMIT").connect() as connection:
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS plpgsql"))
with engine.begin() as connection:
    connection.execute(CreateSchema("shop", if_not_exists=True))

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
