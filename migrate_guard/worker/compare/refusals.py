"""What env.py itself keeps from being compared: its filters, its callables, its process_revision_directives."""

from migrate_guard.worker.compare import objects
from migrate_guard.worker.compare.operations import flat, take_out

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
            after = self._operations(directives)
            gone = [one for one in before if one[0] and one not in after]
            for one in gone:
                self._note(*one)
            known = {id(op) for op in before.values()}
            if all(id(op) in known for op in after.values()):  # else something may have taken its place
                _take_back_no_more(directives, {one[:3] for one in gone if not one[3]}, self._default)

        return watched

    def _operations(self, directives):
        """By (kind, table, name, attribute); those of the project's own by what tells one from another."""
        found = {}
        for directive in directives:
            for upgrade_ops in getattr(directive, "upgrade_ops_list", ()):
                for op in flat(upgrade_ops.ops):
                    thing = objects.of(op, self._default)
                    for attribute in objects.attributes(op) if thing else ():
                        key = (*thing, attribute)
                        found[key] = op
                    if not thing:
                        found["", "", str(id(op)), ""] = op
        return found


def _take_back_no_more(directives, things, default):
    """A downgrade would make again what the upgrade leaves there."""
    for directive in directives:
        for downgrade_ops in getattr(directive, "downgrade_ops_list", ()):
            take_out(downgrade_ops.ops, lambda op: objects.of(op, default) in things)
