from alembic import context
from sqlalchemy import text

import database
import models

with database.Session() as session:
    print("connected to", session.execute(text("SELECT 1")).scalar())

with database.engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=models.Base.metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
