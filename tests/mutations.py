"""Schemas that differ in one point, and who sees it: python -m tests.mutations writes docs/detection.md."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from migrate_guard.context import Context
from tests.conftest import DRIVERS, NEWEST, PROJECTS, ROOT, fill_from_templates, foreign_environment

PAGE = ROOT / "docs" / "detection.md"
ENGINES = {
    "SQLite": "sqlite:///{}.db",
    "PostgreSQL": "postgresql+psycopg://user@db.example.org/{}",
    "MariaDB": "mysql+pymysql://user@db.example.org/{}",
}
HEAD = """\
# What is detected

Each line is a change of the models that no revision follows, judged on a real server of each kind: what Alembic's
autogenerate says by itself, with its default options, and what migrate-guard says. *Error* blocks; a *note* is something
that the history makes beyond the models, which blocks under `strict = true`. A dash: that database has no word for it.
The same schemas unchanged are the control: nothing is found in any of them. All of it is the same whether the history makes
the schema by one CREATE, or by ALTERs and batch operations on tables of other names, types and constraints.

Written by `make mutations`; the tests hold it against what happens. {versions}

"""


def observe(url, folder, python, environ, control=False, altered=False):
    """What is seen of every pair, in one run: {name: [operation, ...]}, and the Observation.

    ``folder`` is an empty one, for the project. With ``control`` nothing changed; with ``altered`` the history is one
    of ALTERs.
    """
    shutil.copytree(PROJECTS / "mutations", folder, dirs_exist_ok=True)
    fill_from_templates(folder, python)
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "Begin"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, env=environ)
    environ = {**environ, "MUTATIONS_URL": url, "MIGRATE_GUARD_PYTHON": str(python)}
    environ["MUTATIONS"] = "control" if control else ""
    environ["MUTATIONS_HISTORY"] = "altered" if altered else ""
    with Context(environ, str(folder)) as context:
        judge = context.judge()
        seen = judge.observe(judge.environments[0])
    found = defaultdict(list)
    for described in seen.described:
        found[described.database] = []
    for operation in [*seen.operations, *seen.extras]:
        found[operation.database].append(operation)
    return found, seen


def verdict(operations, extras):
    """(does autogenerate see it, what migrate-guard says)."""
    errors = [operation for operation in operations if operation not in extras]
    alone = any(not operation.by_hand for operation in errors)
    return "error" if alone else "nothing", "error" if errors else "note" if operations else "nothing"


def rows(found, seen):
    return {name: verdict(operations, seen.extras) for name, operations in found.items()}


def page(tables, versions):
    """``tables`` maps engines to their rows."""
    names = dict.fromkeys(name for table in tables.values() for name in table)
    lines = [
        "| change | " + " | ".join(f"{engine}: autogenerate | migrate-guard" for engine in tables) + " |",
        "|---|" + "---|---|" * len(tables),
    ]
    for name in names:
        cells = [cell for table in tables.values() for cell in table.get(name, ("–", "–"))]
        lines.append("| " + " | ".join([name, *cells]) + " |")
    counts = []
    for table in tables.values():
        for at in (0, 1):
            counts.append(f"{sum(row[at] != 'nothing' for row in table.values())} of {len(table)}")
    lines.append("| **seen** | " + " | ".join(counts) + " |")
    return HEAD.format(versions=versions) + "\n".join(lines) + "\n"


def main():
    python = foreign_environment(sys.executable, (*NEWEST, *DRIVERS))
    tables, versions = {}, []
    for engine, url in ENGINES.items():
        seen_of = []
        for altered in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                found, seen = observe(
                    url, Path(folder) / "project", python, dict(os.environ), altered=altered
                )
            seen_of.append(rows(found, seen))
        tables[engine], after_alters = seen_of
        if after_alters != tables[engine]:
            sys.exit(f"{engine}: another history of the same schema is judged otherwise: {after_alters}")
        versions += dict.fromkeys(word.removesuffix(" of this machine") for word in seen.engines)
    ready = seen.ready
    _, heading, real = PAGE.read_text().partition("\n## ")
    PAGE.write_text(
        page(tables, f"Here: {', '.join(versions)}; SQLAlchemy {ready.sqlalchemy}, Alembic {ready.alembic}.")
        + heading
        + real
    )


if __name__ == "__main__":
    main()
