"""migrate-guard scratch dump: a database at a revision as a file, for the setting start."""

import sys

from migrate_guard.errors import ConfigError
from migrate_guard.findings.finding import counted
from migrate_guard.judging.run import Run
from migrate_guard.replay import start_dump


def dump(
    run: Run,
    version: str,
    at: str = "",
    url: str = "",
    env: str = "",
    database: str = "",
    python: str | None = None,
) -> int:
    """Write the dump to standard output, and what was proved to standard error. Raises GuardError."""
    case = run.case(python=python)
    url = url or run.dump_url
    environment = _environment(case, env)
    made = start_dump.make(case, environment, at, url, database, version)
    sys.stdout.write(made.text)
    sys.stdout.flush()
    print(_said(made, case, environment, database), file=sys.stderr)
    return 0


def _environment(case, wanted):
    found = [one for one in case.subject.environments if wanted in ("", one.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in case.subject.environments)
    raise ConfigError(
        f"there is no environment {wanted}." if wanted else f"there are {len(found)} environments.",
        cause=names,
        hint="Say whose database it is: --env NAME, one of these.",
    )


def _said(made, case, environment, database):
    revisions = [f'"{revision}"' for revision in made.revisions]
    revision = revisions[0] if len(revisions) == 1 else f"[{', '.join(revisions)}]"
    whose = f', environment = "{environment.name}"' if len(case.subject.environments) > 1 else ""
    whose += f', database = "{database}"' if database else ""
    return (
        f"Read from {made.server}; restored on {made.restored_on}, it is the same: {counted(made.tables, 'table')}.\n"
        "Keep the file in the repository, and in [tool.migrate-guard]:\n"
        f'  start = {{revision = {revision}, sql = "the path of the file"{whose}}}'
    )
