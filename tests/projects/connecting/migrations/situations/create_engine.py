import os
import ssl

from alembic import context
from sqlalchemy import create_engine, pool

import models

URL = context.config.get_main_option("sqlalchemy.url")
TLS = ssl.create_default_context()
SEARCH_PATH = "-c search_path=public -c lock_timeout=2s -c statement_timeout=20s"
CONNECT_ARGS = {
    "psycopg2": {"options": SEARCH_PATH, "connect_timeout": 3, "sslmode": "verify-full", "keepalives": 1},
    "psycopg": {"options": SEARCH_PATH, "sslrootcert": "/nowhere/ca.pem", "application_name": "migrations"},
    "pg8000": {"ssl_context": TLS, "timeout": 3, "application_name": "migrations"},
    "pymysql": {"init_command": "SET SESSION lock_wait_timeout=3", "ssl": TLS, "charset": "utf8mb4"},
    "pysqlite": {"timeout": 3, "check_same_thread": False},
}

engine = create_engine(
    URL,
    connect_args=CONNECT_ARGS[os.environ["DRIVER"]],
    execution_options={"isolation_level": "READ COMMITTED"} if "sqlite" not in URL else {},
    poolclass=pool.QueuePool,
    pool_pre_ping=True,
    pool_recycle=300,
)

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
