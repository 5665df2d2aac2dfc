"""Schemas that differ in one point, and who sees it: python -m benchmarks.mutations writes docs/detection.md."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from migrate_guard import fix
from migrate_guard.findings.remedy import Request
from migrate_guard.judging import judge
from migrate_guard.judging.run import Run
from migrate_guard.questions.answers import Answers
from tests.conftest import PROJECTS, fill_from_templates
from tests.foreign import ROOT, environment_called

STRICT = "[tool.migrate-guard]\nstrict = true\n"
PAGE = ROOT / "docs" / "detection.md"
ENGINES = {
    "SQLite": "sqlite:///{}.db",
    "PostgreSQL": "postgresql+psycopg://user@db.example.org/{}",
    "MariaDB": "mysql+pymysql://user@db.example.org/{}",
}
# Each is a drop and an add, on tables without rows
AS_IT_IS = Answers(no_rename=True, allow_empty_only=True)
# What fix leaves to be decided, and why
UNDECIDED = {
    "PostgreSQL": {
        "array instead of one": "no cast leads from a value to an array of values, and there are many ways",
        "enum value removed": "rows may hold the value, and only their owner knows what becomes of them",
        "partitioned": "the table has to be made anew, with partitions that the models do not name",
    },
    "MariaDB": {
        "enum value removed": "rows may hold the value, and only their owner knows what becomes of them",
    },
}
HEAD = """\
# What is detected

Each line is a change of the models that no revision follows, judged on a real server of each kind: what Alembic's
autogenerate says by itself, with its default options, what migrate-guard says, and what `migrate-guard fix` does. *Error*
blocks; a *note* is something that the history makes beyond the models, which blocks under `strict = true`. *Tested*: `fix`
writes the revision (with `strict = true`, so that it takes away what is a note), upgrades, compares again, downgrades,
compares with the schema before, upgrades again, and does so once more over rows, in each table that takes any. *Asks*: it leaves a draft, see below. A dash: that database has no word for it.
The same schemas unchanged are the control: nothing is found in any of them. All of it is the same whether the history makes
the schema by one CREATE, or by ALTERs and batch operations on tables of other names, types and constraints.

Compared besides, if events of the models make it: on PostgreSQL policies, rules, extended statistics, composite types, aggregates,
collations, extensions, comments of indexes, replica identity, storage and statistics of columns, indexes of materialized views; on
MariaDB and MySQL events, partitions, invisible columns, system versioning; on SQLite the ON CONFLICT clauses.

Not compared: owners and privileges, publications and subscriptions, foreign servers, operators, casts, text search configurations,
event triggers, large objects, tablespaces, rows; the versions of extensions and collations; when an event of MariaDB runs first. A type of the
project's own (`TypeDecorator`, an Enum class) that changes in place while migrations name it is seen where there is a commit to compare with: in a hook,
or with `--against`.

Written by `make mutations`; the tests hold it against what happens. {versions}

"""


def observe(url, folder, python, environ, control=False, altered=False, only=()):
    """What is seen of every pair, in one run: {name: [operation, ...]}, and the Observation.

    ``folder`` is an empty one, for the project. With ``control`` nothing changed; with ``altered`` the history is one
    of ALTERs. ``only`` are the pairs to look at, all if there are none.
    """
    environ = {**environ, "MUTATIONS": "control" if control else ""}
    environ["MUTATIONS_HISTORY"] = "altered" if altered else ""
    environ["MUTATIONS_ONLY"] = ";".join(only)
    with _project(url, folder, python, environ) as run:
        case = run.case()
        seen = case.first(case.subject.environments[0]).seen()
    found = defaultdict(list)
    for described in seen.described:
        found[described.database] = []
    for operation in [*seen.operations, *seen.extras]:
        found[operation.database].append(operation)
    return found, seen


def mend(url, folder, python, environ, only, checked=True):
    """What fix makes of the pairs ``only``, in one revision, and the report of a check with it where it is proved.

    The proof compares as a check does; without ``checked`` that is enough, and the report None.
    """
    with _project(url, folder, python, {**environ, "MUTATIONS_ONLY": ";".join(only)}, STRICT) as run:
        missing, report = fix.make(run.case(), Request("change", answers=AS_IT_IS)), None
        if checked and missing.files and not missing.report.errors:
            for file in missing.files:
                (folder / file.path).write_bytes(file.content)
            report = judge.report(run.case())
    return missing, report


def _project(url, folder, python, environ, settings=""):
    shutil.copytree(PROJECTS / "mutations", folder, dirs_exist_ok=True)
    fill_from_templates(folder, python)
    (folder / "pyproject.toml").write_text(settings)
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "Begin"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, env=environ)
    return Run({**environ, "MUTATIONS_URL": url, "MIGRATE_GUARD_PYTHON": str(python)}, str(folder))


def undecided(engine):
    return UNDECIDED.get(engine, {})


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
        "| change | "
        + " | ".join(f"{engine}: autogenerate | migrate-guard | fix" for engine in tables)
        + " |",
        "|---|" + "---|---|---|" * len(tables),
    ]
    for name in names:
        cells = []
        for engine, table in tables.items():
            done = "asks" if name in undecided(engine) else "tested"
            cells += [*table[name], done] if name in table else ["–", "–", "–"]
        lines.append("| " + " | ".join([name, *cells]) + " |")
    counts = []
    for engine, table in tables.items():
        for at in (0, 1):
            counts.append(f"{sum(row[at] != 'nothing' for row in table.values())} of {len(table)}")
        counts.append(f"{len(table) - len(undecided(engine))} of {len(table)}")
    lines.append("| **all** | " + " | ".join(counts) + " |")
    return HEAD.format(versions=versions) + "\n".join([*lines, *_reasons()]) + "\n"


def _reasons():
    yield "\nWhat `fix` does not write by itself:\n"
    for engine, reasons in UNDECIDED.items():
        yield from (f"- {name} ({engine}): {reason}." for name, reason in reasons.items())


def main():
    python = environment_called("drivers")
    tables, versions = {}, []
    for engine, url in ENGINES.items():
        seen_of = []
        for altered in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                unchanged, _ = observe(
                    url, Path(folder) / "control", python, dict(os.environ), control=True, altered=altered
                )
                found, seen = observe(
                    url, Path(folder) / "project", python, dict(os.environ), altered=altered
                )
            if any(unchanged.values()):
                sys.exit(f"{engine}: something is found where nothing changed: {unchanged}")
            seen_of.append(rows(found, seen))
        tables[engine], after_alters = seen_of
        if after_alters != tables[engine]:
            sys.exit(f"{engine}: another history of the same schema is judged otherwise: {after_alters}")
        with tempfile.TemporaryDirectory() as folder:
            _require_mended(engine, Path(folder), python, list(tables[engine]))
        versions += dict.fromkeys(word.removesuffix(" of this machine") for word in seen.engines)
    ready = seen.ready
    _, heading, real = PAGE.read_text().partition("\n## ")
    PAGE.write_text(
        page(tables, f"Here: {', '.join(versions)}; SQLAlchemy {ready.sqlalchemy}, Alembic {ready.alembic}.")
        + heading
        + real
    )


def _require_mended(engine, folder, python, names):
    told = undecided(engine)
    written = [name for name in names if name not in told]
    missing, report = mend(ENGINES[engine], folder / "written", python, dict(os.environ), written)
    if missing.report.errors or report.exit_code:
        sys.exit(
            f"{engine}: fix does not mend all: {missing.report.errors or report.errors or report.failures}"
        )
    if not told:
        return
    missing, _ = mend(ENGINES[engine], folder / "undecided", python, dict(os.environ), list(told))
    marks = {mark for file in missing.files for finding in file.found for mark in finding.detail}
    if len(marks) != len(told):
        sys.exit(f"{engine}: fix leaves other things undecided: {marks}")


if __name__ == "__main__":
    main()
