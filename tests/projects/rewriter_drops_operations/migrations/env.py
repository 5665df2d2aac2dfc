from alembic import context
from sqlalchemy import engine_from_config, pool

import models

config = context.config


def without_reports(context, revision, directives):
    """Tables that the reporting team owns are none of ours."""
    script = directives[0]
    for container in (script.upgrade_ops, script.downgrade_ops):
        container.ops = [op for op in container.ops if not op.table_name.startswith("report_")]
    if script.upgrade_ops.is_empty():
        directives[:] = []


def run_migrations_online():
    engine = engine_from_config(
        config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=models.Base.metadata,
            process_revision_directives=without_reports,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
