"""A revision that is not proved, as it is put there all the same: its upgrade() raises until a person has looked."""

import ast
from collections.abc import Iterable

from migrate_guard.history.meaning import is_text


def marked(text: str, marks: Iterable[str]) -> str:
    """``text`` of a revision file with what is uncertain, and an error, where its upgrade begins."""
    tree = ast.parse(text)
    (upgrade,) = (
        one
        for one in tree.body
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == "upgrade"
    )
    first = next((one for one in upgrade.body if not is_text(one)), upgrade.body[-1])
    indent = " " * first.col_offset
    lines = ["# migrate-guard: this revision is not proved. Settle each point, then delete these lines."]
    for mark in marks:
        first_line, *more = mark.split("\n")
        lines += [f"# - {first_line}", *(f"#   {line}" for line in more)]
    lines.append(
        'raise NotImplementedError("migrate-guard: this revision is not proved, see the marks above")'
    )
    before = text.split("\n")
    at = first.lineno - 1
    return "\n".join([*before[:at], *(indent + line for line in lines), *before[at:]])
