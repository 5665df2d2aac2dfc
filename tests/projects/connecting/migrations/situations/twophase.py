from alembic import context
from sqlalchemy import create_engine

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with engine.connect() as connection:
    transaction = connection.begin_twophase()
    try:
        context.configure(connection=connection, target_metadata=models.Base.metadata)
        context.run_migrations()
        transaction.prepare()
        transaction.commit()
    except BaseException:
        transaction.rollback()
        raise
