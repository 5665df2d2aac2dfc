import asyncio

from alembic import context

import database
import models


def migrate(connection):
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)
    await database.engine.dispose()


asyncio.run(main())
