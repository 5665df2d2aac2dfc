import asyncio

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateSchema

import models


def include_object(object_, name, type_, reflected, compare_to):
    return type_ != "table" or object_.schema not in ("audit", "meta")


def migrate(connection):
    if not connection.dialect.has_schema(connection, "meta"):
        connection.execute(CreateSchema("meta"))
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        include_schemas=True,
        include_object=include_object,
        version_table_schema="meta",
    )
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.begin() as connection:
        await connection.run_sync(migrate)


asyncio.run(main())
