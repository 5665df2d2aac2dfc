from alembic import context
from sqlalchemy import create_engine

import models

with create_engine("sqlite:///app.db").connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
