"""A rename that was done on the judged database, as an operation of the missing revision."""

from alembic.autogenerate.render import renderers
from alembic.operations import MigrateOperation


class RenameStep(MigrateOperation):
    """A call of Alembic's ``op`` as (function, arguments, keyword arguments), and the one that takes it back."""

    def __init__(self, call, back):
        self._call, self._back = call, back

    def reverse(self):
        return RenameStep(self._back, self._call)

    def to_diff_tuple(self):
        function, arguments, options = self._call
        return (function, *arguments, options)

    def perform(self, operations):
        function, arguments, options = self._call
        getattr(operations, function)(*arguments, **options)

    def render(self, prefix):
        function, arguments, options = self._call
        words = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in options.items())]
        return f"{prefix}{function}({', '.join(words)})"


@renderers.dispatch_for(RenameStep)
def _render(autogen_context, step):
    return step.render(autogen_context.opts["alembic_module_prefix"])
