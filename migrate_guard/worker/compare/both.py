"""The database that the models alone would make, and both as they describe themselves."""

import re

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from migrate_guard.protocol.dialects import family
from migrate_guard.protocol.messages import JUDGED, MODELS, Described, LeftOut, NotBuilt
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck
from migrate_guard.worker.compare import describe, objects
from migrate_guard.worker.compare.refusals import Refusals

_TRIES = 20
_EXTENSIONS = "SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
# What PostgreSQL says of a type, function or sequence that models use and do not make
_LACKS = re.compile(
    r'(?P<kind>type|relation|function|schema) "?(?P<name>[\w.]+)"?(\[\])?(\(.*?\))? does not exist'
)


class Both:
    """Takes each call of ``context.configure``, while its connection is there to be used."""

    def __init__(self, connections):
        self._databases, self._sessions = connections.databases, connections.sessions
        self._described = {}
        self._comparisons = 0
        self._not_built = {}
        self._refused = {}
        self._versions = {}

    def begin(self):
        """Another comparison begins: the databases of the first are there, with what events would make once more."""
        self._comparisons += 1

    def watch(self, migration_context):
        """Before autogenerate looks: what env.py's own options refuse is noted from now on."""
        url = compat.url_text(migration_context.connection.engine.url)
        refusals = Refusals(migration_context)
        self._refused.setdefault(url, []).append(refusals)

    def take(self, migration_context):
        """One URL may be configured more than once, for one schema after the other."""
        connection = migration_context.connection
        url = compat.url_text(connection.engine.url)
        try:
            self._require_known(migration_context)
            with self._sessions.fresh(connection, JUDGED) as judged:
                prepared = _extensions(judged)
                history = describe.describe(judged)
            collections = _metadata(migration_context)
            if self._comparisons == 1:
                with self._sessions.fresh(connection, MODELS) as models:
                    if self._databases.is_set_up(connection.engine.url, MODELS):
                        with models.begin():
                            _clear(models, collections)
                    _build(models, collections, prepared, history)
            with self._sessions.fresh(connection, MODELS) as models:
                ours = describe.describe(models)
        except Exception as error:
            self._not_built[url] = first_line(getattr(error, "orig", None) or error)
            return
        versions = self._versions.setdefault(url, set())
        versions.add(version_table(migration_context))
        history = [one for one in history if not versions.intersection((one.table, one.name))]
        self._described[url] = (history, ours, objects.default_schema(connection))

    def messages(self, names, places):
        """``names`` maps URLs to what the databases are called; ``places`` knows where models are declared."""
        for url, name in names.items():
            for seen in dict.fromkeys(
                thing for refusals in self._refused.get(url, ()) for thing in refusals.seen
            ):
                yield LeftOut(name, *seen)
            if url in self._not_built:
                yield NotBuilt(name, self._not_built[url])
            elif url in self._described:
                history, models, default = self._described[url]
                shown = compat.hidden_text(make_url(url))
                yield Described(name, False, history, shown)
                yield Described(name, True, [_placed(one, places, default) for one in models], shown)

    @staticmethod
    def _require_known(migration_context):
        dialect = migration_context.dialect
        if not describe.knows(dialect):
            raise NotImplementedError(f"nothing here describes a database of {dialect.name}")
        schemas = {
            table.schema for metadata in _metadata(migration_context) for table in metadata.tables.values()
        }
        if family(dialect.name) == "mysql" and schemas - {None}:
            raise NotImplementedError("a schema of MySQL is a database, which belongs to the whole server")


def version_table(migration_context):
    """Where the database keeps which revision it is at, as descriptions spell it."""
    schema, table = migration_context.version_table_schema, migration_context.version_table
    return objects.qualified(table, schema, objects.default_schema(migration_context.connection))


def first_line(error):
    """What a driver's ``error`` says, without the end of the sentence."""
    # asyncpg's errors come with their class in front
    text = re.sub(r"^<class '[\w.]+'>: ", "", str(error).strip())
    return (text.splitlines() or [type(error).__name__])[0].rstrip(".")


def _placed(one, places, default):
    if one.kind not in ("table", "column"):
        return one
    schema, _, table = one.table.rpartition(".")
    name = table if schema == default else one.table
    return one.at(*places.place(name, one.name if one.kind == "column" else None))


def _metadata(migration_context):
    return compat.collections(migration_context.opts.get("target_metadata"))


def _extensions(connection):
    """The statements that make the schemas and extensions of a PostgreSQL database once more."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.exec_driver_sql(_EXTENSIONS).fetchall()
    made = [f'CREATE SCHEMA IF NOT EXISTS "{schema}"' for _, schema in found if schema != "pg_catalog"]
    return made + [
        f'CREATE EXTENSION IF NOT EXISTS "{name}" SCHEMA "{schema}"'
        for name, schema in found
        if name != "plpgsql"
    ]


def _clear(connection, collections):
    """Drop the models' tables that scratch_setup has made, as what came before the first revision: they are no model's."""
    for metadata in collections:
        there = inspect(connection)
        if any(there.has_table(table.name, table.schema) for table in metadata.sorted_tables):
            metadata.drop_all(connection)


def make(migration_context, set_up):
    """Make what the models ask for on env.py's own connection, the schemas that they name first.

    ``set_up``: scratch_setup has run there.
    """
    connection, collections = migration_context.connection, _metadata(migration_context)
    if not collections:
        raise CannotCheck(
            "building the database that the step starts from", "env.py gives no target_metadata to make it of"
        )
    translated = connection.get_execution_options().get("schema_translate_map") or {}
    schemas = {table.schema for metadata in collections for table in metadata.tables.values()}
    if set_up:
        _clear(connection, collections)
    _create(connection, collections, _schemas(connection, {translated.get(name, name) for name in schemas}))


def _create(connection, collections, statements):
    for statement in statements:
        connection.exec_driver_sql(statement)
    for metadata in collections:
        metadata.create_all(connection)


def _schemas(connection, names):
    if connection.dialect.name != "postgresql":
        return []
    return [f'CREATE SCHEMA IF NOT EXISTS "{name}"' for name in sorted(filter(None, names))]


def _build(connection, collections, prepared, history):
    schemas = {one.name for one in history if one.kind == "schema"}
    prepared = [*_schemas(connection, schemas), *prepared]
    for _ in range(_TRIES):
        try:
            with connection.begin():
                _create(connection, collections, prepared)
            return
        except Exception as error:  # a listener of the project's may have unwrapped the driver's own
            more = _made_by_history(str(getattr(error, "orig", None) or error), history)
            if not more or more in prepared:
                raise
            prepared = [*prepared, more]
    raise RuntimeError("the models use too much that only revisions make")


def _made_by_history(said, history):
    """The statement that makes what the models use and do not make themselves."""
    lacks = _LACKS.search(said)
    if not lacks:
        return ""
    for one in history:
        name = one.name.partition("(")[0]
        if lacks["name"].lower() not in (name.lower(), name.rpartition(".")[2].lower()):
            continue
        if one.kind == "enum":
            return f"CREATE TYPE {one.name} AS ENUM ({one.attributes['values']})"
        if one.kind == "domain":
            said = one.attributes
            default = f" DEFAULT {said['default']}" if said["default"] else ""
            null = " NOT NULL" if said["nullable"] == "NOT NULL" else ""
            return f"CREATE DOMAIN {one.name} AS {said['type']}{default}{null} {said['checks'].replace(', CHECK', ' CHECK')}"
        if one.kind == "function":
            return one.attributes["definition"]
        if one.kind == "sequence":
            return f"CREATE SEQUENCE {one.name}"
    return ""
