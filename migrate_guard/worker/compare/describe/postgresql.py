"""PostgreSQL's catalogs. Every expression is printed by the server, with each name in full."""

import re

from migrate_guard.protocol.messages import DatabaseObject
from migrate_guard.worker.compare.describe import postgresql_by_hand

# The names that PostgreSQL gives to constraints: ChooseConstraintName() and ChooseIndexName() of its source
_CHOSEN = re.compile(r"_(pkey|key|fkey|check|excl|idx|not_null)\d*$")
# A literal keeps the type that its column had when the default was made: '1'::smallint where an integer says 1.
_LITERAL = re.compile(r"^('(?:[^']|'')*')::[^'()]+(?:\(\d+(?:,\d+)?\))?$")
_NUMBER = re.compile(r"^'(-?\d+(?:\.\d+)?)'::(?:smallint|integer|bigint|numeric|real|double precision)\b.*$")
# What was written before its column got another type of text keeps the casts of then, one by one or around a list.
_TEXT = re.compile(r"'(?:[^']|'')*'")
_OF_TEXT = r"::(?:text|character varying)(?:\[\])?(?![\w(\[])"
_ATOM = r"""(?:[\w.]+|"(?:[^"]|"")+"|\0\d+\0|ARRAY\[[^][]*\])"""
_CAST = re.compile(rf"(?<![\w\"])\(({_ATOM})\){_OF_TEXT}|(\0\d+\0){_OF_TEXT}")
# What the server itself takes for one thing, and prints as it was written. A name in quotes is nobody's keyword.
_SYNONYM = re.compile(
    r"""(?P<quoted>"(?:[^"]|"")*")|(?<![\w.])(?:(?P<now>(?:now|transaction_timestamp)\(\)|CURRENT_TIMESTAMP\(6\))"""
    r"""|(?P<local>LOCALTIMESTAMP\(6\))|(?P<user>CURRENT_ROLE|USER)|(?P<schema>CURRENT_SCHEMA)|(?P<catalog>CURRENT_CATALOG))(?!\w)"""
)
_SAID = {
    "now": "CURRENT_TIMESTAMP", "local": "LOCALTIMESTAMP", "user": "CURRENT_USER", "schema": "current_schema()",
    "catalog": "current_database()",
}  # fmt: skip
# Both are printed, depending on how it was called.
_AT_ZONE = re.compile(r"""\(([\w.]+(?:\(\))?|"(?:[^"]|"")+") AT TIME ZONE (\0\d+\0)\)""")
# What the moment becomes in a column of that type
_MOMENTS = {
    "date": re.compile(r"^(?:CURRENT_TIMESTAMP|LOCALTIMESTAMP|\((?:CURRENT_TIMESTAMP|LOCALTIMESTAMP)\)::date)$"),
    "timestamp without time zone": re.compile(
        r"^(?:CURRENT_TIMESTAMP|\(CURRENT_TIMESTAMP\)::timestamp without time zone)$"
    ),
}  # fmt: skip
_MOMENT = {"date": "CURRENT_DATE", "timestamp without time zone": "LOCALTIMESTAMP"}
# In these a number is the same with and without zeros at its end.
_EXACT = re.compile(r"(?:smallint|integer|bigint|real|double precision|numeric\(\d+,\d+\))$")
_ZEROS = re.compile(r"^(-?\d+)\.0+$|^(-?\d+\.\d*?[1-9])0+$")
_OURS = (
    "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend x "
    "WHERE x.classid = '{catalog}'::regclass AND x.objid = {oid} AND x.deptype = 'e')"
)


def describe(connection):
    def rows(query):
        return connection.exec_driver_sql(query).fetchall()

    # Names are then printed with their schemas, whatever the search path was when they were made.
    rows("SELECT set_config('search_path', '', false)")
    found = []
    for reader in (
        _schemas,
        _tables,
        _columns,
        _constraints,
        _indexes,
        _types,
        _sequences,
        _views,
        _functions,
        _triggers,
    ):
        found += reader(rows)
    return [*found, *postgresql_by_hand.describe(rows, _of)]


def _of(catalog, oid):
    return _OURS.format(catalog=catalog, oid=oid)


def _schemas(rows):
    for (name,) in rows(f"SELECT n.nspname FROM pg_namespace n WHERE {_of('pg_namespace', 'n.oid')}"):
        yield DatabaseObject("schema", "", name, {})


_TABLES = f"""
SELECT n.nspname || '.' || c.relname, c.relpersistence::text, c.relkind::text, coalesce(array_to_string(c.reloptions, ', '), ''),
    coalesce(obj_description(c.oid, 'pg_class'), ''), coalesce(pg_get_partkeydef(c.oid), ''),
    coalesce(pg_get_expr(c.relpartbound, c.oid), ''),
    coalesce((SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid), ''),
    c.relrowsecurity, c.relforcerowsecurity, CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' WHEN 'i' THEN
        'index ' || coalesce((SELECT x.indexrelid::regclass::text FROM pg_index x WHERE x.indrelid = c.oid AND x.indisreplident), '')
        ELSE '' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND {_of("pg_class", "c.oid")}
"""


def _tables(rows):
    persistence = {"p": "", "u": "unlogged", "t": "temporary"}
    for name, kept, kind, options, comment, partitioned, bound, parents, secured, forced, replica in rows(
        _TABLES
    ):
        yield DatabaseObject("table", name, name, {
            "persistence": persistence[kept], "options": options, "comment": comment,
            "partitioned by": partitioned, "partition": bound, "inherits": parents, "row level security": "enabled" if secured else "",
            "row level security of the owner": "forced" if forced else "", "replica identity": replica,
            "foreign": "yes" if kind == "f" else "",
        })  # fmt: skip


# The sequence of a serial column keeps its name when the table is renamed.
_COLUMNS = f"""
SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    CASE WHEN s.objid IS NOT NULL AND a.attidentity = '' THEN 'nextval of its own sequence'
         WHEN a.attgenerated = '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END,
    CASE WHEN q.seqrelid IS NULL THEN '' ELSE concat_ws(' ', q.seqtypid::regtype, 'start', q.seqstart, 'increment',
        q.seqincrement, 'minimum', q.seqmin, 'maximum', q.seqmax, 'cache', q.seqcache, CASE WHEN q.seqcycle THEN 'cycle' END) END,
    CASE a.attgenerated WHEN 's' THEN 'stored ' WHEN 'v' THEN 'virtual ' ELSE '' END
        || CASE WHEN a.attgenerated <> '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END,
    CASE WHEN a.attcollation <> t.typcollation THEN coalesce(a.attcollation::regcollation::text, '') ELSE '' END,
    coalesce(col_description(c.oid, a.attnum), ''),
    CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main'
        ELSE 'extended' END ELSE '' END,
    CASE WHEN coalesce(a.attstattarget, -1) >= 0 THEN a.attstattarget::text ELSE '' END
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_depend s ON s.refclassid = 'pg_class'::regclass AND s.classid = 'pg_class'::regclass
    AND s.refobjid = c.oid AND s.refobjsubid = a.attnum AND s.deptype IN ('a', 'i')
    AND EXISTS (SELECT FROM pg_class k WHERE k.oid = s.objid AND k.relkind = 'S')
LEFT JOIN pg_sequence q ON q.seqrelid = s.objid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND {_of("pg_class", "c.oid")}
"""


def _columns(rows):
    for (
        table,
        name,
        type_,
        not_null,
        default,
        identity,
        sequence,
        generated,
        collation,
        comment,
        storage,
        target,
    ) in rows(_COLUMNS):
        yield DatabaseObject("column", table, name, {
            "type": type_, "nullable": "NOT NULL" if not_null else "nullable", "default": _default(default, type_),
            "identity": f"{identity} {sequence}" if identity else "",
            "sequence": "" if identity else sequence,
            "generated": _plain(generated), "collation": collation, "comment": comment,
            "storage": storage, "statistics": target,
        })  # fmt: skip


def _plain(expression):
    """One that says the same for each type of text, and each word that the server has for one thing."""
    texts = _TEXT.findall(expression)
    numbers = iter(range(len(texts)))
    found, plain = "", _TEXT.sub(lambda _: f"\0{next(numbers)}\0", expression)
    while found != plain:
        found, plain = plain, _CAST.sub(lambda match: match[1] or match[2], plain)
    plain = _SYNONYM.sub(lambda match: match["quoted"] or _SAID[match.lastgroup or ""], plain)
    plain = _AT_ZONE.sub(r"timezone(\2, \1)", plain)
    return re.sub(r"\0(\d+)\0", lambda match: texts[int(match[1])], plain)


def _default(printed, type_):
    """As a column of ``type_`` takes it."""
    plain = _LITERAL.sub(r"\1", _NUMBER.sub(r"\1", _plain(printed)))
    if type_ in _MOMENTS:
        return _MOMENTS[type_].sub(_MOMENT[type_], plain)
    if _EXACT.match(type_):
        return _ZEROS.sub(lambda match: match[1] or match[2], plain)
    return plain


_CONSTRAINTS = f"""
SELECT n.nspname || '.' || c.relname, o.conname, o.contype::text, pg_get_constraintdef(o.oid),
    coalesce(obj_description(o.oid, 'pg_constraint'), '')
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE o.contype IN ('p', 'u', 'f', 'c', 'x') AND o.conislocal AND {_of("pg_class", "c.oid")}
"""
_KINDS = {
    "p": "primary key", "u": "unique constraint", "f": "foreign key", "c": "check constraint", "x": "exclusion constraint",
}  # fmt: skip


def _constraints(rows):
    for table, name, kind, definition, comment in rows(_CONSTRAINTS):
        # Whether rows of before were looked at is no part of a schema.
        text = _plain(re.sub(r" NOT VALID$", "", definition))
        content = {"definition": text, "comment": comment}
        yield DatabaseObject(_KINDS[kind], table, name, content, generated=bool(_CHOSEN.search(name)))


_INDEXES = f"""
SELECT n.nspname || '.' || c.relname, k.relname, i.indisunique, pg_get_indexdef(i.indexrelid), coalesce(obj_description(i.indexrelid, 'pg_class'), '')
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class k ON k.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND {_of("pg_class", "c.oid")}
    AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
"""
_BEFORE_METHOD = re.compile(r"^CREATE (UNIQUE )?INDEX .*? ON (ONLY )?.*? USING ")


def _indexes(rows):
    for table, name, unique, definition, comment in rows(_INDEXES):
        content = {
            "unique": "unique" if unique else "",
            "definition": _plain(_BEFORE_METHOD.sub("", definition)),
            "comment": comment,
        }
        yield DatabaseObject("index", table, name, content, generated=bool(_CHOSEN.search(name)))


_ENUMS = f"""
SELECT n.nspname || '.' || t.typname, (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
    FROM pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {_of("pg_type", "t.oid")}
"""
_DOMAINS = f"""
SELECT n.nspname || '.' || t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull, coalesce(t.typdefault, ''),
    coalesce((SELECT string_agg(pg_get_constraintdef(o.oid), ', ' ORDER BY pg_get_constraintdef(o.oid))
        FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'c'), '')
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND {_of("pg_type", "t.oid")}
"""


def _types(rows):
    for name, values in rows(_ENUMS):
        yield DatabaseObject("enum", "", name, {"values": values or ""})
    for name, base, not_null, default, checks in rows(_DOMAINS):
        nullable = "NOT NULL" if not_null else "nullable"
        yield DatabaseObject(
            "domain",
            "",
            name,
            {
                "type": base,
                "nullable": nullable,
                "default": _default(default, base),
                "checks": _plain(checks),
            },
        )


_SEQUENCES = f"""
SELECT n.nspname || '.' || c.relname, q.seqtypid::regtype::text, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle
FROM pg_sequence q
JOIN pg_class c ON c.oid = q.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_of("pg_class", "c.oid")} AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
"""


def _sequences(rows):
    for name, type_, start, step, least, most, cache, cycle in rows(_SEQUENCES):
        yield DatabaseObject("sequence", "", name, {
            "type": type_, "start": str(start), "increment": str(step), "minimum": str(least), "maximum": str(most),
            "cache": str(cache), "cycle": "cycle" if cycle else "",
        })  # fmt: skip


def _views(rows):
    query = (
        "SELECT n.nspname || '.' || c.relname, c.relkind::text, pg_get_viewdef(c.oid) FROM pg_class c "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND {_of('pg_class', 'c.oid')}"
    )
    for name, kind, definition in rows(query):
        content = {"definition": definition, "materialized": "yes" if kind == "m" else ""}
        yield DatabaseObject("view", "", name, content)


def _functions(rows):
    query = (
        "SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p "
        f"JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p', 'w') AND {_of('pg_proc', 'p.oid')}"
    )
    for name, definition in rows(query):
        yield DatabaseObject("function", "", name, {"definition": definition})


def _triggers(rows):
    query = (
        "SELECT n.nspname || '.' || c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE NOT t.tgisinternal AND {_of('pg_trigger', 't.oid')}"
    )
    for table, name, definition in rows(query):
        yield DatabaseObject("trigger", table, name, {"definition": definition})
