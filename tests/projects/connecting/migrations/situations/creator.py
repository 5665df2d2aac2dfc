from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url

import models

URL = make_url(context.config.get_main_option("sqlalchemy.url"))


def connect():
    raise SystemExit(f"dialled {URL.host}")


engine = create_engine(f"{URL.drivername}://", creator=connect, poolclass=pool.NullPool)

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
