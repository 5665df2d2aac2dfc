"""Schemas of real projects, from PyPI: python -m benchmarks.real writes its table into docs/detection.md.

Models built twice have to be equal, and those of a project with a clean history have to be equal to what it makes. Each
project is installed at run time; nothing of it is kept here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.mutations import ENGINES, PAGE
from migrate_guard.judging.run import Run
from migrate_guard.schema import words
from tests.foreign import foreign_environment

HEADING = "\n## Schemas of real projects\n"
HEAD = """
The models of each project, as they come from PyPI: built twice, and against the history that the project itself ships,
where that begins with an empty database. `make real` installs them and writes this; what each history lacks it prints.
*Autogenerate alone* counts what it reports and the databases deny.
"""
# Airflow has revisions that psycopg 3 refuses.
DRIVERS = ("psycopg2-binary", "pymysql", "cryptography")


class Real(NamedTuple):
    """``models`` binds ``metadata``; ``history`` is the folder of its own one in the package, "" where that is not whole.

    ``environ`` may hold {url} and {home}; ``real`` says what the history differs in, as was looked up in its revisions.
    """

    requirements: tuple
    models: str
    engines: tuple = tuple(ENGINES)
    history: str = ""
    environ: dict = {}
    real: str = ""


PROJECTS = (
    Real(
        ("apache-airflow-core==3.3.2", "apache-airflow-providers-standard==1.21.0", "asyncpg"),
        "from airflow import models\nmodels.import_all_models()\nmetadata = models.base.Base.metadata",
        engines=("SQLite", "PostgreSQL"),  # of MySQL it takes mysqlclient alone, which has to be compiled
        history="airflow/migrations",
        environ={"AIRFLOW_HOME": "{home}", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "{url}"},
        real="the primary key of `dagrun_asset_event` has its columns in another order; two indexes of `dag_run` have their "
        "predicate on SQLite alone; on SQLite one index lacks its `DESC`, three tables lost `AUTOINCREMENT` in a batch, and two "
        "primary keys kept the names that they had before a table was renamed.",
    ),
    Real(
        ("cinder==29.0.0",),
        "from cinder.db.models import BASE\nmetadata = BASE.metadata",
        history="cinder/db/migrations",
        real="two columns, a foreign key and its index are kept on purpose for a release after the models lost them; two columns "
        "of `encryption` are NOT NULL; on SQLite the CHECKs of boolean columns stayed when the models' went; on MariaDB tables "
        "and columns are made with `utf8`, of which the models say nothing.",
    ),
    Real(
        ("octavia==19.0.0",),
        "from octavia.db import models\nmetadata = models.base_models.BASE.metadata",
    ),
    Real(
        ("galaxy-data==26.1.2",),
        "from galaxy.model import Base\nmetadata = Base.metadata",
        engines=("SQLite", "PostgreSQL"),
    ),
    Real(("buildbot==4.3.0",), "from buildbot.db.model import Model\nmetadata = Model.metadata"),
    Real(
        ("zenml[server]==0.98.0",),
        "import zenml.zen_stores.schemas\nfrom sqlmodel import SQLModel\nmetadata = SQLModel.metadata",
        engines=("SQLite", "MariaDB"),
    ),
)
BUILDS = """\
from alembic import op

from models import metadata

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    metadata.create_all(op.get_bind())
"""


def observe(real, url, python, folder, environ, own=False):
    """The Observation of its models against themselves, or against its own history."""
    repository = folder / "repository"
    repository.mkdir()
    home = folder / "home"
    home.mkdir()
    for name, value in real.environ.items():
        environ[name] = value.format(url=url, home=home)
    run = {"cwd": repository, "env": environ, "check": True, "capture_output": True, "text": True}
    subprocess.run([python / "bin" / "alembic", "init", "migrations"], **run)
    _replace(repository / "alembic.ini", "driver://user:pass@localhost/dbname", url)
    (repository / "models.py").write_text(real.models + "\n")
    if own:
        (packages,) = python.glob("lib/python*/site-packages")
        shutil.rmtree(repository / "migrations")
        shutil.copytree(packages / real.history, repository / "migrations")
    else:
        env = repository / "migrations" / "env.py"
        _replace(env, "target_metadata = None", "from models import metadata as target_metadata")
        (repository / "migrations" / "versions" / "aaaaaaaaaaaa_build.py").write_text(BUILDS)
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], **run)
    with Run({**environ, "MIGRATE_GUARD_PYTHON": str(python)}, str(repository)) as run:
        case = run.case()
        return case.first(case.subject.environments[0]).seen()


def _replace(file, old, new):
    text = file.read_text()
    assert old in text, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new))


def found(seen):
    """What is wrong with it, a line each."""
    if seen.upgrade_failed:
        return [f"{seen.upgrade_failed.path}: {seen.upgrade_failed.error}"]
    lines = [f"not built: {one.error}" for one in seen.not_built]
    for operation in [*seen.operations, *seen.extras]:
        models, history = (words.said(operation, side) for side in (operation.models, operation.history))
        lines.append(f"{words.what(operation)}: models {models!r}, history {history!r}")
    return lines


def main():
    lines = [
        HEAD,
        "| project | tables | engine | built twice | against its own history |",
        "|---|---|---|---|---|",
    ]
    for real in PROJECTS:
        python = foreign_environment(sys.executable, (*real.requirements, *DRIVERS))
        for engine in real.engines:
            twice = _seen(real, engine, python)
            own = _seen(real, engine, python, own=True) if real.history else None
            cells = [_cell(twice), _cell(own) if own else "–"]
            name = real.requirements[0].replace("==", " ")
            lines.append(f"| {name} | {twice.tables} | {engine} | {' | '.join(cells)} |")
            for seen in filter(None, (twice, own)):
                print(name, engine, *found(seen), sep="\n  ", flush=True)
    told = [f"- {real.requirements[0].replace('==', ' ')}: {real.real}" for real in PROJECTS if real.real]
    lines += [
        "",
        "The points, of which most were looked up in the revisions that make them; none was seen to be a false alarm:",
        "",
        *told,
    ]
    before = PAGE.read_text().partition(HEADING)[0]
    PAGE.write_text(before + HEADING + "\n".join(lines) + "\n")


def _seen(real, engine, python, own=False):
    with tempfile.TemporaryDirectory() as folder:
        # Airflow takes no relative path
        url = ENGINES[engine].format(f"/{folder}/app" if engine == "SQLite" else "app")
        url = url.replace("+psycopg:", "+psycopg2:")
        return observe(real, url, python, Path(folder), dict(os.environ), own)


def _cell(seen):
    count = len(found(seen))
    alone = f", autogenerate alone {seen.overruled}" if seen.overruled else ""
    return (f"{count} points" if count else "nothing") + alone


if __name__ == "__main__":
    main()
