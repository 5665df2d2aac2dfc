"""What the second database costs: a check with judge = "databases" against one with judge = "autogenerate".

Ratios of medians within one run, of a project of 100 tables; absolute times are this machine's at this hour.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = 100
RUNS = 3
ENGINES = {
    "SQLite": "sqlite:///app.db",
    "PostgreSQL": "postgresql+psycopg://user@db.example.org/app",
    "MariaDB": "mysql+pymysql://user@db.example.org/app",
}
MODELS = f"""\
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


def make(metadata):
    for at in range({TABLES}):
        sa.Table(
            f"thing_{{at:03}}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(80), nullable=False, unique=True),
            sa.Column("kind", sa.Enum("a", "b", "c", name="kind", native_enum=False, create_constraint=True)),
            sa.Column("price", sa.Numeric(12, 2), server_default="0"),
            sa.Column("made", sa.DateTime, nullable=False, index=True),
            sa.Column("text", sa.Text),
            sa.Column("before", sa.ForeignKey(f"thing_{{max(at - 1, 0):03}}.id", ondelete="CASCADE")),
            sa.CheckConstraint("price >= 0", name=f"positive_{{at}}"),
        )


make(Base.metadata)
"""
# A metadata of its own: that of the models would be a vacuous history.
REVISION = """\
from alembic import op
from sqlalchemy import MetaData

import models

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    metadata = MetaData()
    models.make(metadata)
    metadata.create_all(op.get_bind())
"""


def main():
    python = _environment()
    print("| 100 tables on | autogenerate alone, ms | both databases, ms | ratio |")
    print("|---|---|---|---|")
    for engine, url in ENGINES.items():
        with tempfile.TemporaryDirectory() as folder:
            times = _times(Path(folder), python, url)
        alone, both = (statistics.median(times[judge]) for judge in ("autogenerate", "databases"))
        print(f"| {engine} | {alone:.0f} | {both:.0f} | {both / alone:.1f} |", flush=True)


def _environment():
    folder = ROOT / ".work" / "benchmarks-servers"
    if not (folder / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        needed = ["alembic", "sqlalchemy", "psycopg[binary]", "pymysql", "cryptography"]
        subprocess.run([folder / "bin" / "pip", "install", "-q", *needed], check=True)
    return folder / "bin" / "python"


def _times(path, python, url):
    """{judge: [ms, ...]}, the two in turns; the first run of each sets up what later ones keep."""
    repository = _repository(path, python, url)
    variables = {**os.environ, "XDG_CACHE_HOME": str(path / "cache"), "MIGRATE_GUARD_PYTHON": str(python)}
    times = {"autogenerate": [], "databases": []}
    for run in range(RUNS + 1):
        for judge, taken in times.items():
            (repository / "pyproject.toml").write_text(f'[tool.migrate-guard]\njudge = "{judge}"\n')
            start = time.perf_counter()
            command = [sys.executable, "-m", "migrate_guard", "check"]
            done = subprocess.run(command, cwd=repository, env=variables, capture_output=True, text=True)
            if done.returncode:
                sys.exit(done.stdout + done.stderr)
            if run:
                taken.append((time.perf_counter() - start) * 1000)
    return times


def _repository(path, python, url):
    repository = path / "repository"
    repository.mkdir()
    command = [python.parent / "alembic", "init", "migrations"]
    subprocess.run(command, cwd=repository, check=True, capture_output=True)
    _replace(repository / "alembic.ini", "driver://user:pass@localhost/dbname", url)
    _replace(
        repository / "migrations" / "env.py",
        "target_metadata = None",
        "import models\n\ntarget_metadata = models.Base.metadata",
    )
    (repository / "models.py").write_text(MODELS)
    (repository / "migrations" / "versions" / "aaaaaaaaaaaa_begin.py").write_text(REVISION)
    identity = ["-c", "user.name=B", "-c", "user.email=b@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    return repository


def _replace(file, old, new):
    text = file.read_text()
    if old not in text:
        sys.exit(f"{file.name} has no {old!r}")
    file.write_text(text.replace(old, new))


if __name__ == "__main__":
    main()
