from alembic import context
from sqlalchemy import create_engine

import models

arguments = context.get_x_argument(as_dictionary=True)

with create_engine(arguments["uri"]).connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
