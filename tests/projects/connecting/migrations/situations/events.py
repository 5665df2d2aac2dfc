from alembic import context
from sqlalchemy import create_engine, event

import models

URL = context.config.get_main_option("sqlalchemy.url")
SETTING = {
    "postgresql": "SET search_path TO {}",
    "mysql": "SET @mark = '{}'",
    "sqlite": "PRAGMA foreign_keys=ON",
}[URL.partition("+")[0].partition(":")[0]]
seen = []
engine = create_engine(URL)


@event.listens_for(engine, "do_connect")
def with_token(dialect, record, cargs, cparams):
    cparams["password"] = "a fresh token"


@event.listens_for(engine, "connect")
def connected(dbapi_connection, record):
    seen.append("connect")
    cursor = dbapi_connection.cursor()
    cursor.execute(SETTING.format("pg_catalog"))
    cursor.close()
    dbapi_connection.commit()


@event.listens_for(engine, "checkout")
def checked_out(dbapi_connection, record, proxy):
    cursor = dbapi_connection.cursor()
    cursor.execute(SETTING.format("public"))
    cursor.close()
    dbapi_connection.commit()


@event.listens_for(engine, "engine_connect")
def engine_connected(connection):
    seen.append("engine_connect")


@event.listens_for(engine, "begin")
def begun(connection):
    if "postgresql" in URL:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")


@event.listens_for(engine, "before_cursor_execute", retval=True)
def commented(connection, cursor, statement, parameters, context, executemany):
    return statement + " /* migrations */", parameters


with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
assert "engine_connect" in seen and "connect" in seen
