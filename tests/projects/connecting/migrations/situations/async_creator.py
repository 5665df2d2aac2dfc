import asyncio

from alembic import context
from sqlalchemy import pool
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

import models

URL = make_url(context.config.get_main_option("sqlalchemy.url"))


async def connect():
    raise SystemExit(f"dialled {URL.host}")


def migrate(connection):
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(f"{URL.drivername}://", async_creator=connect, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)


asyncio.run(main())
