from alembic import context
from sqlalchemy import create_engine, text

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
applied = []


def on_version_apply(ctx, step, heads, run_args):
    applied.append(step.up_revision_id)
    ctx.connection.execute(text("INSERT INTO migration_log VALUES (:id)"), {"id": step.up_revision_id})


with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=models.Base.metadata, on_version_apply=on_version_apply,
        include_object=lambda object_, name, *_: name != "migration_log",
    )
    with context.begin_transaction():
        context.execute("SET LOCAL lock_timeout = '4s'")
        context.execute("CREATE TABLE IF NOT EXISTS migration_log (id text)")
        context.get_context()._ensure_version_table()
        context.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        context.run_migrations()
    assert applied in ([], ["aaaaaaaaaaaa"])
