"""Lines of a revision that Alembic has no operation for, and where they stand among its own."""

import inspect
import re
from typing import Tuple

from alembic.autogenerate import render_op_text
from alembic.autogenerate.render import (
    _alembic_autogenerate_prefix,
    _sqlalchemy_autogenerate_prefix,
    renderers,
)
from alembic.operations import ops

from migrate_guard.worker.compare.leaning import known
from migrate_guard.worker.write.effects import ALTER, DROP, MAKE, Effect

# In front of a colon, where text() would take what follows for a parameter
_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")
_WIDTH = 88


class Code(ops.MigrateOperation):
    """``lines`` of Python with {op} and {sa} for the prefixes of the two packages. ``uncertain``: what it asks for."""

    def __init__(self, *lines, uncertain=""):
        self.lines = lines
        self.uncertain = uncertain
        self.effects: Tuple[Effect, ...] = ()

    def to_diff_tuple(self):
        return ("execute", *self.lines)

    def reverse(self):
        raise NotImplementedError("what takes it back stands in the downgrade")


class Cast(ops.AlterColumnOp):
    """One whose ``postgresql_using`` is written as well: Alembic leaves it out."""


@renderers.dispatch_for(Cast)
def _render_cast(context, op):
    *lines, last = render_op_text(context, ops.AlterColumnOp(**_as_arguments(op))).splitlines()
    return "\n".join([*lines, f"{last[:-1]}, postgresql_using={op.kw['postgresql_using']!r})"])


def _as_arguments(op):
    names = inspect.signature(ops.AlterColumnOp.__init__).parameters
    return {name: value for name, value in vars(op).items() if name in names and name != "kw"}


@renderers.dispatch_for(Code)
def _render(context, op):
    prefixes = _alembic_autogenerate_prefix(context), _sqlalchemy_autogenerate_prefix(context)
    text = "\n".join(op.lines)
    return [text.replace("{op}", prefixes[0]).replace("{sa}", prefixes[1])]


class Comment(Code):
    """A line that only says something."""

    def __init__(self, text):
        super().__init__(f"# {text}")


def execute(statement, outside=False):
    """With ``outside``, outside of the transaction."""
    call = ["{op}execute(", *(f"    {part}" for part in _parts(_escaped(statement))), ")"]
    if len(call) == 3 and len(call[1]) < _WIDTH:
        call = ["{op}execute(" + call[1].strip() + ")"]
    if outside:
        call = ["with {op}get_context().autocommit_block():", *(f"    {line}" for line in call)]
    return Code(*call)


def call(name, *arguments, **options):
    """``name`` of Alembic's operations; an argument that is Raw is written as it is."""
    words = [_argument(one) for one in arguments]
    words += [f"{key}={_argument(one)}" for key, one in options.items() if one is not None]
    return Code("{op}" + f"{name}({', '.join(words)})")


class Raw(str):
    """Python, and no text."""


def text(expression):
    """``expression`` as an argument for call(): SQL, and no value."""
    return Raw("{sa}text(" + repr(_escaped(expression)) + ")")


def final(name):
    """A name as the database has it, for call(): no naming convention is to change it once more."""
    return Raw("{op}f(" + repr(name) + ")")


def undecided(what, *draft):
    """Raises until somebody has decided ``what``; ``draft`` is a line that may be right."""
    comment = [f"# migrate-guard: decide: {what}", *(f"# {line}" for line in draft)]
    return Code(*comment, f"raise NotImplementedError({what!r})", uncertain=what)


def _argument(value):
    return value if isinstance(value, Raw) else repr(value)


def _escaped(statement):
    return _PARAMETER.sub(r"\\:", statement)


def _parts(statement):
    """As string literals, one for each line."""
    return [repr(line) for line in statement.splitlines(keepends=True)]


# Those that are changed in place where both sides have them
_ALTERED = {"column", "table", "enum", "domain", "sequence"}
# What stands first among the drops, and last among what is made: it needs what comes after it in this list.
_ORDER = (
    "trigger", "policy", "rule", "statistics", "view", "foreign key", "check constraint", "exclusion constraint", "index", "unique constraint",
    "primary key", "column", "table", "domain", "enum", "sequence", "function", "schema",
)  # fmt: skip


class Steps:
    """What is to be done before and after Alembic's own operations, and to what: see Effect."""

    def __init__(self):
        self._before, self._after, self._around = [], [], []
        self._sides = None, None

    def about(self, old, new):
        """From now on, where nothing else is named: the thing that is ``old`` on one side, and ``new`` on the other."""
        self._sides = old, new

    def around(self, first, last):
        """Outside of all else."""
        self._around.append((first, last))

    def before(self, kind, op, makes=False, of=None):
        """``makes``: what is dropped goes first. ``of`` is what it is done to."""
        at = _ORDER.index(kind)
        self._note(op, of, not makes)
        self._before.append((len(_ORDER) * 2 - at if makes else at, op))

    def after(self, kind, op, drops=False, of=None):
        """``drops``: what is dropped goes last. ``of`` is what it is done to."""
        at = _ORDER.index(kind)
        self._note(op, of, drops)
        self._after.append((len(_ORDER) + at if drops else len(_ORDER) - at, op))

    def _note(self, op, of, drops):
        old, new = self._sides
        thing = of or (old if drops else new) or old or new
        if not isinstance(op, Code) or thing is None:
            return
        is_column = thing.kind in _ALTERED and old is not None and new is not None and of is None
        drops = drops or (of is None and new is None)
        action = ALTER if is_column else DROP if drops else MAKE
        op.effects = (*op.effects, Effect(action, known(thing)))

    @property
    def all(self):
        """The operations so far."""
        return [op for _, op in (*self._before, *self._after)]

    def put_around(self, operations):
        """``operations`` is a list of Alembic's own."""
        operations[:0] = _sorted(self._before)
        operations += _sorted(self._after)

    def enclose(self, operations):
        """What stands outside of all else, once there is an order."""
        for first, last in self._around:
            operations.insert(0, first)
            operations.append(last)


def _sorted(ranked):
    return list({id(op): op for _, op in sorted(ranked, key=lambda one: one[0])}.values())
