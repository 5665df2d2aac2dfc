from alembic import context
from sqlalchemy import text

import database
import models

with database.engine.connect() as connection:
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS shop"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        include_schemas=True,
        include_name=lambda name, type_, names: type_ != "schema" or name in (None, "billing"),
    )
    with context.begin_transaction():
        context.run_migrations()
