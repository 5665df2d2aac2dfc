"""The missing revision as autogenerate has drafted it, changed as the controller orders before it is written."""

from typing import Dict

from alembic.autogenerate import render_op_text
from alembic.operations import ops

from migrate_guard.protocol.messages import Described
from migrate_guard.worker.compare import objects
from migrate_guard.worker.compare.operations import take_out
from migrate_guard.worker.write import additions, fills

# What of an AlterColumnOp leaves a thing as it is
_UNCHANGED = {
    "type": ("modify_type", None),
    "nullable": ("modify_nullable", None),
    "default": ("modify_server_default", False),
    "comment": ("modify_comment", False),
    "name": ("modify_name", None),
}


def change(context, said, orders, dialects):
    """Follow ``orders``. ``said`` are the pairs (op, Operation) of all that ``context`` (RevisionContext) drafts,
    ``dialects`` those of the databases by their names.
    """
    render = _Render(context)
    for op, operation in said:
        if operation not in orders.omit:
            continue
        others = [one for other, one in said if other is op and one not in orders.omit]
        for script in context.generated_revisions:
            for up, down in zip(script.upgrade_ops_list, script.downgrade_ops_list):
                if others:
                    _leave_unchanged(down, op, operation.attribute, render)
                else:
                    take_out(up.ops, lambda one, op=op: one is op)
                    back = render.back(op)
                    take_out(down.ops, lambda one, back=back: render(one) == back)
        if others:
            setattr(op, *_UNCHANGED[operation.attribute])
    for order in orders.fills:
        for op, operation in said:
            if operation == order.operation:
                fills.fill(context, op, order, dialects[operation.database])


def add(context, changes, compared, names, messages):
    """Write ``changes`` (protocol.Change) as well.

    ``compared`` are the databases (passes.Comparison), ``names`` what they are called, and ``messages`` hold what
    they say of themselves. Returns whether an operation of the project's own is elsewhere among the others than drafted.
    """
    crossed = False
    described: Dict[str, dict] = {}
    for message in messages:
        if isinstance(message, Described):
            described.setdefault(message.database, {})[message.models] = message.objects
    if changes and not context.generated_revisions:  # env.py has left out what was empty
        context.generated_revisions = [_empty(context, compared)]
    for script in context.generated_revisions:
        parts = list(zip(script.upgrade_ops_list, script.downgrade_ops_list))
        at = dict(zip(names, range(len(names)))) if len(parts) == len(names) else {names[-1]: -1}
        for name in filter(described.get, at):
            own = [change for change in changes if change.database == name]
            sides, database = described[name], compared[at[name]]
            crossed = additions.add(*parts[at[name]], own, sides[False], sides[True], database) or crossed
    return crossed


def _empty(context, compared):
    script = context._default_revision()
    options = compared[-1].options
    script.upgrade_ops.upgrade_token = options["upgrade_token"]
    script.downgrade_ops.downgrade_token = options["downgrade_token"]
    script._needs_render = True
    return script


class _Render:
    """An operation as code, by which those of a downgrade are known again."""

    def __init__(self, context):
        self._context = context._last_autogen_context

    def __call__(self, op):
        try:
            return render_op_text(self._context, op)
        except (NotImplementedError, ValueError):  # nobody has registered how
            return repr(op)

    def back(self, op):
        """What takes ``op`` back; "" where an operation of the project's own does not say."""
        try:
            return self(op.reverse())
        except (NotImplementedError, ValueError):
            return ""


def _leave_unchanged(container, op, attribute, render):
    """In the operation that takes ``op`` back; ``op`` itself is still as it was."""
    back = render.back(op)
    for one in container.ops:
        if isinstance(one, ops.OpContainer):
            _leave_unchanged(one, op, attribute, render)
        elif render(one) == back and attribute in objects.attributes(one):
            setattr(one, *_UNCHANGED[attribute])
