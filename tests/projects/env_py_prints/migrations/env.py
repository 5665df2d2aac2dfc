import os
import sys

from alembic import context
from sqlalchemy import engine_from_config, pool

import models

config = context.config
print('["Done", {}]')
print('["Compared", {"tables": 99}]', file=sys.__stdout__)
os.write(1, b'["Failed", {"doing": "x", "error": "y", "frames": []}]\n')
os.write(2, b"Loading settings...\n")
assert sys.stdin.read() == ""
assert os.read(0, 10) == b""


def run_migrations_online():
    engine = engine_from_config(
        config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=models.Base.metadata)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
