from logging.config import dictConfig

from alembic import context
from alembic.autogenerate import rewriter
from alembic.operations import ops
from sqlalchemy import engine_from_config, pool

from shop import accounts, orders
from shop.types import Money

dictConfig({"version": 1, "disable_existing_loggers": True, "root": {"level": "WARNING"}})
writer = rewriter.Rewriter()


@writer.rewrites(ops.DropTableOp)
def kept(context, revision, op):
    return []


def process_revision_directives(context, revision, directives):
    writer(context, revision, directives)
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def include_object(object_, name, type_, reflected, compare_to):
    if type_ == "column":
        return not object_.info.get("managed_elsewhere")
    return not (type_ == "table" and object_.info.get("is_view"))


def include_name(name, type_, parent_names):
    return not (type_ == "table" and name.startswith("tmp_"))


def compare_type(context, inspected, metadata, inspected_type, metadata_type):
    return False if metadata.name == "balance" else None


def compare_server_default(context, inspected, metadata, inspected_default, metadata_default, rendered):
    return False if metadata.name in ("shouted", "active") else None


def render_item(type_, obj, autogen_context):
    if type_ == "type" and isinstance(obj, Money):
        autogen_context.imports.add("from shop.types import Money")
        return "Money()"
    return False


engine = engine_from_config(
    context.config.get_section(context.config.config_ini_section), poolclass=pool.NullPool
)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=[accounts.Base.metadata, orders.metadata],
        process_revision_directives=process_revision_directives,
        include_object=include_object,
        include_name=include_name,
        compare_type=compare_type,
        compare_server_default=compare_server_default,
        render_item=render_item,
        render_as_batch=True,
        user_module_prefix="shop.types.",
        version_table="shop_revisions",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
