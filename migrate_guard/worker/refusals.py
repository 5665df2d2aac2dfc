"""What env.py itself keeps from being compared: its filters, its callables, its process_revision_directives."""

from migrate_guard.worker import objects

_TYPES = {"table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"}


class Refusals:
    """Watches one call of ``context.configure``; ``seen`` are (kind, table, name, attribute), each once."""

    def __init__(self, migration_context):
        self._default = objects.default_schema(migration_context.connection)
        self._schema = migration_context.dialect.default_schema_name or ""
        self.seen = {}
        opts = migration_context.opts
        for name, watched in (("include_object", self._object), ("include_name", self._name)):
            if opts.get(name):
                opts[name] = watched(opts[name])
        if opts.get("process_revision_directives"):
            opts["process_revision_directives"] = self._directives(opts["process_revision_directives"])
        for name, attribute in (("_user_compare_type", "type"), ("_user_compare_server_default", "default")):
            answer = getattr(migration_context, name)
            if callable(answer):
                setattr(migration_context, name, self._comparison(answer, attribute))

    def _note(self, kind, table, name, attribute=""):
        self.seen[kind, table, name, attribute] = None

    def _object(self, include):
        def watched(thing, name, type_, reflected, compare_to):
            included = include(thing, name, type_, reflected, compare_to)
            if not included:
                table = thing if type_ == "table" else getattr(thing, "table", None)
                if table is not None:
                    self._note_part(type_, table.name, table.schema, name)
            return included

        return watched

    def _name(self, include):
        def watched(name, type_, parent_names):
            included = include(name, type_, parent_names)
            if not included:
                schema = name if type_ == "schema" else parent_names.get("schema_name")
                if type_ == "schema":
                    self._note("schema", "", schema or self._schema)
                else:
                    table = name if type_ == "table" else parent_names.get("table_name")
                    self._note_part(type_, table, schema, name)
            return included

        return watched

    def _note_part(self, type_, table, schema, name):
        table = objects.qualified(table, schema, self._default)
        if type_ == "table":
            self._note("table", table, table)
        elif type_ in _TYPES:
            kind = {"foreign_key_constraint": "foreign key"}.get(type_, type_.replace("_", " "))
            self._note(kind, table, str(name or ""))

    def _comparison(self, compare, attribute):
        def watched(context, theirs, column, *more):
            differs = compare(context, theirs, column, *more)
            if differs is False:
                self._note(
                    "column",
                    objects.qualified(column.table.name, column.table.schema, self._default),
                    column.name,
                    attribute,
                )
            return differs

        return watched

    def _directives(self, process):
        def watched(context, revision, directives):
            before = self._operations(directives)
            process(context, revision, directives)
            for gone in before.keys() - self._operations(directives).keys():
                self._note(*gone)

        return watched

    def _operations(self, directives):
        from migrate_guard.worker.operations import flat

        found = {}
        for directive in directives:
            for upgrade_ops in getattr(directive, "upgrade_ops_list", ()):
                for op in flat(upgrade_ops.ops):
                    thing = objects.of(op, self._default)
                    for attribute in objects.attributes(op) if thing else ():
                        found[(*thing, attribute)] = None
        return found
