from importlib import import_module

from alembic import context
from sqlalchemy import engine_from_config

section = context.config.config_ini_section
models = import_module(section)

with engine_from_config(context.config.get_section(section)).connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
