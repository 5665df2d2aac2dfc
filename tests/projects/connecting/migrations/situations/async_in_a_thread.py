import asyncio
from concurrent.futures import ThreadPoolExecutor

from alembic import context
from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import async_engine_from_config

import models


def migrate(connection):
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = async_engine_from_config(
        context.config.get_section(context.config.config_ini_section), poolclass=pool.NullPool
    )
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
        await connection.run_sync(migrate)
    await engine.dispose()


with ThreadPoolExecutor(1) as threads:
    threads.submit(asyncio.run, main()).result()
