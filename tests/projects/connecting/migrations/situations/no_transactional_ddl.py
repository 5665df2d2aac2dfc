from alembic import context
from sqlalchemy import create_engine

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), isolation_level="AUTOCOMMIT")

with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=models.Base.metadata, transactional_ddl=False
    )
    context.run_migrations()
