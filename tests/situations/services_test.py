"""A repository of several services: each has an interpreter of its own, and what mends it is typed with that."""

import re
import shutil

import pytest

from tests.conftest import PROJECTS, fill_from_templates

# A module that nobody imports: to tell whether it is another service's, each of them is looked at first.
INVOICE = """\
from models import Base
from sqlalchemy import Column, Integer


class Invoice(Base):
    __tablename__ = "invoice"
    id = Column(Integer, primary_key=True)
"""


@pytest.fixture
def services(checkout, environment):
    """a, b and c, each with its .venv; b has two heads."""
    for folder, project in (("a", "linear"), ("b", "two_heads"), ("c", "linear")):
        shutil.copytree(PROJECTS / project, checkout.path / folder)
        fill_from_templates(checkout.path / folder, environment)
        _make_environment(checkout.path / folder / ".venv", environment, checkout)
    checkout.write("a/invoices.py", INVOICE)
    checkout.write(".gitignore", ".venv/\n")
    checkout.commit("Begin")
    return checkout


def _make_environment(folder, environment, checkout):
    """One that finds the packages of ``environment``, with a command of its own."""
    made = checkout.run(environment / "bin/python", "-m", "venv", "--without-pip", folder)
    assert made.returncode == 0, made.stderr
    (packages,) = environment.glob("lib/python*/site-packages")
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "shared.pth").write_text(f"{packages}\n")
    command = folder / "bin/alembic"
    command.write_text(f"#!{folder}/bin/python\nfrom alembic.config import main\n\nmain()\n")
    command.chmod(0o755)


def test_a_service_that_cannot_be_checked_stops_no_commit_to_another(services):
    """By hand all are checked. What may belong to it, or to all of them, needs it."""
    shutil.rmtree(services.path / "b/.venv")
    services.git("commit", "-q", "--amend", "--no-verify", "-m", "Begin")
    said = {}
    for name, path, text in (
        ("another", "a/notes.py", "NOTES = 1\n"),
        ("its own", "b/notes.py", "NOTES = 1\n"),
        ("of all", "tools/notes.py", "NOTES = 1\n"),
        ("a comment", "tools/notes.py", "# Notes\nNOTES = 1\n"),
    ):
        services.write(path, text)
        services.git("add", "-A")
        said[name] = services.guard("check", "--staged", env={"PRE_COMMIT": "1"})
        services.git("commit", "-q", "--no-verify", "-m", name)
    by_hand = services.guard("check")

    codes = {name: result.returncode for name, result in said.items()}
    assert codes == {"another": 0, "its own": 2, "of all": 2, "a comment": 0}, said
    for name in ("another", "a comment"):
        assert "b/migrations was not checked:" in said[name].stdout
        assert "No file that this commit changes belongs to it." in " ".join(said[name].stdout.split())
    assert by_hand.returncode == 2


def test_a_service_that_reads_nothing_of_a_commit_is_not_judged_again(services):
    """It takes a record of the very commit: then it matters neither that it cannot be judged nor where the file lies."""
    services.guard("check", "--staged", env={"PRE_COMMIT": "1", "CI": "1"})
    shutil.rmtree(services.path / "c/.venv")
    said = {}
    for name, path, text in (
        ("of all", "tools/notes.py", "NOTES = 1\n"),
        ("of all, again", "tools/notes.py", "NOTES = 2\n"),
        ("packages", "tools/requirements.txt", "six\n"),
        (
            "another's drift",
            "a/models.py",
            "\n\nclass Paid(Base):\n    __tablename__ = 'paid'\n    id = Column(Integer, primary_key=True)\n",
        ),
        ("its annotation", "c/models.py", "\n\nANSWER: int = 42\n"),
        ("beside it", "c/notes.py", "NOTES = 1\n"),
        ("nobody's table", "tools/rates.py", INVOICE),
    ):
        services.git("tag", "-f", "before")
        there = services.path / path
        services.write(path, (there.read_text() if there.exists() else "") + text)
        services.git("add", "-A")
        said[name] = services.guard("check", "--staged", env={"PRE_COMMIT": "1"})
        if said[name].returncode:
            services.git("reset", "-q", "--hard", "before")
        else:
            services.git("commit", "-q", "--no-verify", "-m", name)
    by_hand = services.guard("check")

    codes = {name: result.returncode for name, result in said.items()}
    expected = {
        "of all": 0,
        "of all, again": 0,
        "packages": 2,
        "another's drift": 1,
        "its annotation": 2,
        "beside it": 2,
        "nobody's table": 2,
    }
    assert codes == expected, {name: result.stdout + result.stderr for name, result in said.items()}
    assert "c/migrations was not judged again" in said["another's drift"].stdout
    assert by_hand.returncode == 2


def test_heads_are_merged_with_the_interpreter_of_their_service(services):
    before = services.guard("check")
    (command,) = re.findall(r"^  (\(cd .* merge .*)$", before.stdout, re.M)
    assert command == f'(cd b && {services.path}/b/.venv/bin/alembic merge -m "merge heads" heads)'

    merged = services.run("sh", "-c", command)
    assert merged.returncode == 0, merged.stderr
    after = services.guard("check")

    assert ("[multiple-heads] b/migrations" in before.stdout, "multiple-heads" in after.stdout) == (
        True,
        False,
    )
    assert "a/invoices.py" in before.stdout
