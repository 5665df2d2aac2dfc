import time

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.exc import OperationalError

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)


def connect():
    for attempt in range(5):
        try:
            connection = engine.connect()
            connection.exec_driver_sql("SELECT 1")
            return connection
        except OperationalError:
            time.sleep(2**attempt)
    raise SystemExit("the database does not answer")


with connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
