import asyncio
import os
import ssl

from alembic import context
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import models

URL = context.config.get_main_option("sqlalchemy.url")
TLS = ssl.create_default_context()
CONNECT_ARGS = {
    "asyncpg": {
        "ssl": TLS,
        "server_settings": {"search_path": "shop,public", "application_name": "migrations"},
        "command_timeout": 30,
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
    },
    "psycopg": {"options": "-c search_path=shop,public", "prepare_threshold": None},
    "aiomysql": {"ssl": TLS, "init_command": "SET SESSION lock_wait_timeout=3", "connect_timeout": 3},
    "asyncmy": {"ssl": TLS, "init_command": "SET SESSION lock_wait_timeout=3", "connect_timeout": 3},
    "aiosqlite": {"timeout": 3},
}


def migrate(connection):
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(URL, connect_args=CONNECT_ARGS[os.environ["DRIVER"]], pool_pre_ping=True)
    async with engine.connect() as connection:
        if "postgresql" in URL:
            await connection.execute(text("CREATE SCHEMA IF NOT EXISTS shop"))
            await connection.commit()
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
