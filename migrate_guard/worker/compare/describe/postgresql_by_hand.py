"""What PostgreSQL keeps and metadata has no word for: only statements make it, of revisions or of the models' events."""

from migrate_guard.protocol.messages import DatabaseObject

# (kind, the query for table, name and definition, the catalog and the id of what an extension may own)
_DEFINED = (
    ("policy", """
        SELECT n.nspname || '.' || c.relname, p.polname, concat_ws(' ', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
            'FOR', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            'TO', (SELECT string_agg(CASE WHEN r.oid IS NULL THEN 'public' ELSE r.rolname END, ', ' ORDER BY r.rolname)
                FROM unnest(p.polroles) role LEFT JOIN pg_roles r ON r.oid = role),
            'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
    """, "pg_policy", "p.oid"),
    ("rule", """
        SELECT n.nspname || '.' || c.relname, r.rulename, pg_get_ruledef(r.oid)
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.rulename <> '_RETURN' AND {ours}
    """, "pg_rewrite", "r.oid"),
    ("statistics", """
        SELECT m.nspname || '.' || c.relname, n.nspname || '.' || s.stxname, pg_get_statisticsobjdef(s.oid)
        FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace m ON m.oid = c.relnamespace
        JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {ours}
    """, "pg_statistic_ext", "s.oid"),
    ("composite type", """
        SELECT '', n.nspname || '.' || t.typname, (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod),
                ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
        FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {ours}
    """, "pg_type", "t.oid"),
    ("aggregate", """
        SELECT '', p.oid::regprocedure::text, concat_ws(' ', a.aggtransfn::regproc, a.aggtranstype::regtype, a.agginitval,
            CASE WHEN a.aggfinalfn <> 0 THEN a.aggfinalfn::regproc END)
        FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {ours}
    """, "pg_proc", "p.oid"),
    ("collation", """
        SELECT '', n.nspname || '.' || c.collname,
            (to_jsonb(c) - 'oid' - 'collname' - 'collnamespace' - 'collowner' - 'collversion')::text
        FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE {ours}
    """, "pg_collation", "c.oid"),
)  # fmt: skip
_EXTENSIONS = """
SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'
"""


def describe(rows, ours):
    """``ours`` makes of a catalog and an id the condition that this is nobody's but the project's."""
    for kind, query, catalog, oid in _DEFINED:
        for table, name, definition in rows(query.format(ours=ours(catalog, oid))):
            yield DatabaseObject(kind, table, name, {"definition": definition or ""})
    for name, schema in rows(_EXTENSIONS):
        yield DatabaseObject("extension", "", name, {"schema": schema})
