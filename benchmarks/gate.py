"""What a commit waits for: an irrelevant one against bare Python, a relevant one against importing the models.

Ratios of medians within one run; absolute times are this machine's at this hour.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 15


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        python = _environment()
        repository = _repository(path, python)
        variables = {**os.environ, "XDG_CACHE_HOME": str(path / "cache"), "MIGRATE_GUARD_PYTHON": str(python)}
        guard = [sys.executable, "-m", "migrate_guard", "check", "--staged"]
        _stage(repository, "notes.md", "text")
        bare = _median([sys.executable, "-c", "pass"], repository, variables)
        irrelevant = _median(guard, repository, variables)
        _stage(repository, "models.py", (repository / "models.py").read_text() + "\n# changed\n")
        imports = _median([str(python), "-c", "import models, alembic.command"], repository, variables)
        relevant = _median(guard, repository, variables)
    print("| what | ms | ratio |")
    print("|---|---|---|")
    print(f"| bare Python | {bare:.0f} | 1.0 |")
    print(
        f"| a commit of a style sheet or a text | {irrelevant:.0f} | {irrelevant / bare:.1f} x bare Python |"
    )
    print(f"| importing the models and Alembic | {imports:.0f} | 1.0 |")
    print(
        f"| a commit of a model, 3 revisions | {relevant:.0f} | {relevant / imports:.1f} x importing the models |"
    )


def _environment():
    folder = ROOT / ".work" / "benchmarks"
    if not (folder / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "alembic", "sqlalchemy"], check=True)
    return folder / "bin" / "python"


def _repository(path, python):
    repository = path / "repository"
    shutil.copytree(ROOT / "tests" / "projects" / "linear", repository)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        _git(repository, *command)
    return repository


def _git(repository, *command):
    identity = ["-c", "user.name=B", "-c", "user.email=b@example.org"]
    subprocess.run(["git", *identity, *command], cwd=repository, check=True)


def _stage(repository, name, text):
    (repository / name).write_text(text)
    _git(repository, "add", name)


def _median(command, folder, variables):
    times = []
    for run in range(RUNS + 1):
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        if run:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
