"""A change is folded into the newest revision, as long as nobody else can have that."""

import ast
import os

from migrate_guard.errors import GuardError
from migrate_guard.history.meaning import is_text
from migrate_guard.history.revision import Revision
from migrate_guard.judging.case import Case
from migrate_guard.repository import branches
from migrate_guard.repository.revisions import History

_FURTHER = "Write a revision of its own: migrate-guard fix"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class CannotFold(Exception):
    """Why two revision files cannot become one, in words that begin with the older one."""


def newest(case: Case, history: History, head: str) -> Revision:
    """The Revision that may be amended: the head, or the one that ``head`` names. Raises GuardError."""
    heads = history.graph.heads
    named = history.graph.find(head.partition("@")[0]) if head else None
    if not history.is_whole or not heads:
        raise _refusal("there is no newest revision whose file could be read.")
    if named and named not in heads:
        raise _refusal(f"{named.id} is not the newest revision.")
    if len(heads) > 1 and not named:
        ordered = sorted(heads, key=lambda one: one.id)
        commands = (f"  migrate-guard fix --amend --head {one.id}  # {one.path}" for one in ordered)
        raise _refusal(
            f"the history has several heads: {', '.join(one.id for one in ordered)}.",
            "\n".join(["Say which:", *commands]),
        )
    revision = named or heads[0]
    _require_own(case, revision)
    needing = [
        one.id
        for one in history.graph.revisions
        if {revision.id, *revision.branch_labels} & {*one.depends_on}
    ]
    if needing:
        raise _refusal(f"revision {needing[0]} depends on {revision.id}.")
    return revision


def folded(old: str, new: str) -> str:
    """The file ``old`` with what the functions of ``new`` do: after its own on the way up, before it on the way down.

    Raises CannotFold.
    """
    trees = ast.parse(old), ast.parse(new)
    theirs = {one.name: one for one in trees[0].body if isinstance(one, _FUNCTIONS)}
    lines, edits, names = old.split("\n"), [], set()
    for function in trees[1].body:
        if not isinstance(function, _FUNCTIONS) or not function.name.startswith(("upgrade", "downgrade")):
            continue
        target, body = theirs.get(function.name), _statements(function)
        if _is_nothing(body) or (target and ast.dump(target) == ast.dump(function)):
            continue
        if target is None:
            raise CannotFold(f"it has no function {function.name}()")
        written = new.split("\n")
        put = written[_begin(written, body[0]) : body[-1].end_lineno]
        edits.append(_edit(target, lines, put, body[0].col_offset))
        names |= {node.id for one in body for node in ast.walk(one) if isinstance(node, ast.Name)}
    edits += _imports(*trees, new, names)
    for first, last, put in sorted(edits, reverse=True):
        lines[first:last] = put
    return "\n".join(lines)


def _require_own(case, revision):
    others = branches.holding(case.subject.repo, revision.path, case.subject.settings.base)
    if others:
        raise _refusal(f"{others[0]} holds {revision.path}: others may have run it.")
    on_disk = os.path.join(case.subject.repo.root, revision.path)
    if case.subject.source.kind == "staged" and (
        revision.path in case.unstaged() or not os.path.isfile(on_disk)
    ):
        raise _refusal(f"{revision.path} is not on disk as it is staged.", f"git add {revision.path}")


def _refusal(fact, hint=_FURTHER):
    return GuardError(f"the newest revision cannot be amended: {fact}", hint=hint)


def _statements(function):
    return function.body[is_text(function.body[0]) :]


def _is_nothing(statements):
    return all(isinstance(one, ast.Pass) for one in statements)


def _begin(lines, statement):
    """Where a statement begins with the comments above it, counted from 0; Alembic's "# ###" are about all of them."""
    at = statement.lineno - 1
    while lines[at - 1].lstrip().startswith("#") and not lines[at - 1].lstrip().startswith("# ###"):
        at -= 1
    return at


def _edit(target, lines, put, indented):
    """(first line, line after the last, what takes their place), counted from 0."""
    if target.body[0].lineno == target.lineno:
        raise CannotFold(f"its function {target.name}() is written on one line")
    statements = _statements(target)
    depth = target.body[0].col_offset
    if depth != indented:
        put = [" " * depth + line[indented:] if line.strip() else line for line in put]
    if not statements:  # a docstring alone
        after = target.body[-1].end_lineno
        return after, after, put
    if _is_nothing(statements):
        return statements[0].lineno - 1, statements[-1].end_lineno, put
    at = statements[-1].end_lineno if target.name.startswith("upgrade") else _begin(lines, statements[0])
    return at, at, put


def _imports(old, new, text, names):
    """Those of ``new`` that ``old`` lacks and ``names`` need, after its last one."""
    kinds = (ast.Import, ast.ImportFrom)
    known = {ast.dump(one) for one in old.body if isinstance(one, kinds)}
    wanted = [
        one
        for one in new.body
        if isinstance(one, kinds)
        and ast.dump(one) not in known
        and names.intersection((name.asname or name.name).split(".")[0] for name in one.names)
    ]
    last = max((one.end_lineno or 0 for one in old.body if isinstance(one, kinds)), default=0)
    lines = [line for one in wanted for line in text.split("\n")[one.lineno - 1 : one.end_lineno]]
    return [(last, last, lines)] if lines else []
