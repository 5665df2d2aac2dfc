"""Where a database stands: what is in it, and the revisions that its version table holds."""

import re
from dataclasses import replace
from typing import Dict

from sqlalchemy import inspect, select

from migrate_guard.protocol.dialects import family, mysql_or_mariadb, of_url
from migrate_guard.protocol.messages import JUDGED, Standing
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck
from migrate_guard.worker.compare import describe

_BY_HAND = "A dump is one of a single database: write the file for start by hand."


def of(migration_context, sessions, original):
    """The Standing of the judged database, or of the URL ``original``. Raises CannotCheck."""
    connection = migration_context.connection
    dialect, url = connection.dialect, connection.engine.url
    if not describe.knows(dialect):
        raise CannotCheck("making a start dump", f"nothing here describes a database of {dialect.name}")
    schemas = {
        table.schema
        for metadata in compat.collections(migration_context.opts.get("target_metadata"))
        for table in metadata.tables.values()
    } - {None, url.database}
    if family(dialect.name) == "mysql" and schemas:
        said = f"the models have tables in other databases of the server: {', '.join(sorted(schemas))}"
        raise CannotCheck("making a start dump", said, _BY_HAND)
    if original:
        _require_same_dialect(original, url.get_backend_name())
        opened = sessions.original(connection, original)
    else:
        opened = sessions.fresh(connection, JUDGED)
    with opened as made:
        table = migration_context._version
        there = inspect(made).has_table(table.name, schema=table.schema)
        column = table.c.version_num
        revisions = sorted(made.execute(select(column)).scalars()) if there else []
        rows = [_insert(made, table, column, revision) for revision in revisions]
        server, version = _server(made)
        objects = describe.describe(made)
    return Standing(
        compat.hidden_text(url), url.database or "", url.get_backend_name(), server, version, revisions, rows, objects,
    )  # fmt: skip


def joined(found):
    """One for each URL, which may be configured more than once, for one schema after the other."""
    by_url: Dict[str, Standing] = {}
    for one in found:
        before = by_url.get(one.url)
        by_url[one.url] = one if before is None else replace(
            one,
            revisions=sorted({*before.revisions, *one.revisions}),
            rows=list(dict.fromkeys(before.rows + one.rows)),
        )  # fmt: skip
    return list(by_url.values())


def _require_same_dialect(original, dialect):
    named = of_url(original)
    if family(named) != family(dialect):
        raise CannotCheck("making a start dump", f"the URL is one of {named}, the project's of {dialect}")


def _insert(connection, table, column, revision):
    """On PostgreSQL with its schema: a dump leaves no search path."""
    quoted = connection.dialect.identifier_preparer
    schema = table.schema
    if connection.dialect.name == "postgresql":
        schema = schema or connection.dialect.default_schema_name
    name = quoted.quote(table.name)
    name = f"{quoted.quote(schema)}.{name}" if schema else name
    return "INSERT INTO {} ({}) VALUES ('{}')".format(
        name, quoted.quote(column.name), revision.replace("'", "''")
    )


def _server(connection):
    """(what it is, its version), by what it says itself."""
    name = connection.dialect.name
    query = "SELECT sqlite_version()" if name == "sqlite" else "SELECT version()"
    said = str(connection.exec_driver_sql(query).scalar())
    if family(name) == "mysql":
        name = mysql_or_mariadb(said)
    version = re.search(r"[0-9]+([.][0-9]+)*", said)
    assert version, "each of them tells its version"
    return name, version[0]
