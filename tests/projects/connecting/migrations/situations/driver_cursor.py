from alembic import context
from sqlalchemy import create_engine

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.connect() as connection:
    cursor = connection.connection.cursor()
    cursor.execute("CREATE SCHEMA IF NOT EXISTS shop")
    cursor.execute("SET search_path TO shop")
    cursor.close()
    connection.connection.commit()
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
