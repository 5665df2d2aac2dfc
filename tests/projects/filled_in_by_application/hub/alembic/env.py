from alembic import context
from sqlalchemy import engine_from_config

from hub.models import Base

with engine_from_config(context.config.get_section("alembic")).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
