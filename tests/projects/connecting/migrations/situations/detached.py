from alembic import context
from sqlalchemy import create_engine

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.connect() as connection:
    connection.detach()
    connection.exec_driver_sql("SELECT 1")
    connection.commit()
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
