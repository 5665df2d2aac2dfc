import os

from alembic import context
from sqlalchemy import create_engine, pool

import models

DATABASES = {
    "users": (os.environ["USERS_URL"], models.Users.metadata),
    "orders": (os.environ["ORDERS_URL"], models.Orders.metadata),
}

for name, (url, metadata) in DATABASES.items():
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations(engine_name=name)
