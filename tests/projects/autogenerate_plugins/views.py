"""A plugin of the project's own for Alembic's autogenerate: views."""

from alembic.autogenerate import renderers
from alembic.operations import MigrateOperation, Operations
from sqlalchemy import inspect, text

import models


@Operations.register_operation("create_view")
class CreateViewOp(MigrateOperation):
    def __init__(self, name, definition):
        self.name, self.definition = name, definition

    @classmethod
    def create_view(cls, operations, name, definition):
        return operations.invoke(cls(name, definition))

    def reverse(self):
        return DropViewOp(self.name)


@Operations.register_operation("drop_view")
class DropViewOp(MigrateOperation):
    def __init__(self, name, definition=None):
        self.name, self.definition = name, definition

    @classmethod
    def drop_view(cls, operations, name):
        return operations.invoke(cls(name))

    def reverse(self):
        return CreateViewOp(self.name, self.definition)


@Operations.implementation_for(CreateViewOp)
def create_view(operations, operation):
    operations.execute(text(f"CREATE VIEW {operation.name} AS {operation.definition}"))


@Operations.implementation_for(DropViewOp)
def drop_view(operations, operation):
    operations.execute(text(f"DROP VIEW {operation.name}"))


@renderers.dispatch_for(CreateViewOp)
def render_create_view(autogen_context, op):
    return f"op.create_view({op.name!r}, {op.definition!r})"


@renderers.dispatch_for(DropViewOp)
def render_drop_view(autogen_context, op):
    return f"op.drop_view({op.name!r})"


def compare(autogen_context, upgrade_ops, schemas):
    inspector = inspect(autogen_context.connection)
    present = {name: inspector.get_view_definition(name) for name in inspector.get_view_names()}
    upgrade_ops.ops += [CreateViewOp(name, models.VIEWS[name]) for name in sorted(models.VIEWS.keys() - present.keys())]
    for name in sorted(present.keys() - models.VIEWS.keys()):
        upgrade_ops.ops.append(DropViewOp(name, present[name].partition(" AS ")[2]))


def setup(plugin):
    plugin.add_autogenerate_comparator(compare, "schema")
