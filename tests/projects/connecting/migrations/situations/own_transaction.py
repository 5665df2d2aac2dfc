from alembic import context
from sqlalchemy import create_engine

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.connect() as connection:
    transaction = connection.begin()
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    try:
        context.run_migrations()
    except Exception:
        transaction.rollback()
        raise
    transaction.commit()
