from alembic import context
from sqlalchemy import create_engine, event

import models

options = context.config.get_section("options") or {}
heeds = options.pop("foreign_keys", "")
engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

if heeds:

    @event.listens_for(engine, "connect")
    def heed(connection, record):
        connection.execute("PRAGMA foreign_keys=ON")


if heeds == "in one transaction":
    opened = engine.begin()
else:
    opened = engine.connect()
with opened as connection:
    if heeds == "in one transaction":
        connection.exec_driver_sql("SELECT 1")
    context.configure(
        connection=connection,
        target_metadata=models.metadata,
        **{name: value == "true" for name, value in options.items()},
    )
    with context.begin_transaction():
        context.run_migrations()
