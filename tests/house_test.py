"""The house stays as it was built: who imports whom, names that agree, no traces of a machine."""

import ast
import re
import subprocess
import sys

import pytest

from migrate_guard import cli
from tests.conftest import ROOT

PACKAGE = ROOT / "migrate_guard"
MODULES = sorted(PACKAGE.rglob("*.py"))

# room: the rooms that it may import. A room is a module or a folder of the package.
LEAVES = {
    "advice": "",
    "conflicts": "",
    "env_file": "",
    "errors": "",
    "findings": "",
    "protocol": "",
    "missing_module": "",
    "progress": "",
    "toml": "",
    "wording": "",
    "fingerprints": "protocol",
    "baseline": "errors fingerprints protocol toml",
}
READERS = {
    "config": "errors toml",
    "git": "errors",
    "full_disk": "errors",
    "locks": "",
    "processes": "",
    "workspace": "errors full_disk locks processes",
    "bug": "workspace",
    "gate": "git",
    "source": "errors git",
    "snapshot": "errors git",
    "hook_files": "errors git",
    "no_environment": "environments errors git",
    "environments": "errors toml",
    "interpreter": "errors toml workspace",
    "prompt": "",
    "stashed": "workspace",
    "remedies": "",
    "declarations": "git",
    "revisions": "git history source stashed",
    "history": "",
    "scratch": "errors full_disk locks processes protocol",
}
JUDGES = {
    "project": "errors progress protocol",
    "schema": "protocol",
    "keeper": "errors project protocol",
    "step": "protocol",
    "ancestors": "environments errors git history source",
    "stepping": "advice ancestors config conflicts environments errors observing protocol step",
    "checks": "advice baseline declarations environments findings fingerprints history protocol questions remedies schema step wording",
    "report": "errors findings wording",
    "questions": "errors protocol schema",
    "request": "questions",
    "observing": "advice config env_file environments errors interpreter keeper missing_module project protocol schema scratch "
    "snapshot source",
    "judge": "baseline checks config declarations environments errors findings fingerprints full_disk git history no_environment observing protocol "
    "questions remedies revisions source stashed step stepping",
    "dumping": "errors protocol schema scratch",
    "missing_revision": "checks errors findings protocol questions schema",
    "context": "gate git judge no_environment report scratch source workspace",
}
COMMANDS = {
    "commands": "baseline checks dumping errors findings gate git hook_files missing_revision no_environment prompt questions remedies "
    "report request workspace wording",
    "cli": "bug commands context errors full_disk questions report request",
    "__main__": "cli",
}
WORKER = {"worker": "protocol", "__worker__": "worker"}
MAY_IMPORT = {**LEAVES, **READERS, **JUDGES, **COMMANDS, **WORKER}


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path, lazily=True):
    """Each module that ``path`` imports, with a dot; without ``lazily`` only those of its top level."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree) if lazily else tree.body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def name_of(path):
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent != PACKAGE or path.stem != "__init__"],
                         ids=name_of)  # fmt: skip
def test_direction_of_imports(path):
    room = room_of(path)
    ours = [name.split(".")[1] for name in imports(path) if name.startswith("migrate_guard.")]
    assert set(ours) - {room} <= set(MAY_IMPORT[room].split())


def test_the_table_names_rooms_that_exist_in_an_order():
    rooms = {room_of(path) for path in MODULES} - {"__init__"}
    assert rooms == MAY_IMPORT.keys()
    done = set()
    while len(done) < len(rooms):
        ready = {room for room in rooms - done if set(MAY_IMPORT[room].split()) <= done}
        assert ready, f"a circle among {sorted(rooms - done)}"
        done |= ready


@pytest.mark.parametrize("path", sorted((PACKAGE / "worker").glob("*.py")), ids=name_of)
def test_the_worker_needs_what_every_project_has(path):
    always = {"migrate_guard", "alembic", "sqlalchemy", *sys.stdlib_module_names}
    assert {name.split(".")[0] for name in imports(path, lazily=False)} <= always
    assert {name.split(".")[0] for name in imports(path)} <= {*always, "flask", "flask_migrate", "dotenv"}


@pytest.mark.parametrize("path", [path for path in MODULES if path.read_text()], ids=name_of)
def test_every_module_says_what_it_is(path):
    text = ast.get_docstring(ast.parse(path.read_text()), clean=False)
    first, *rest = text.split("\n")
    assert first.strip()
    assert not rest or not rest[0].strip()


def test_the_package_imports_anywhere():
    assert (PACKAGE / "__init__.py").read_text() == ""


# --- names that agree


FINDINGS = {
    "drift", "multiple-heads", "missing-down-revision", "duplicate-revision", "circular-history",
    "unstaged-revision", "upgrade-fails", "unimported-models", "vacuous-history", "irreversible-revision",
    "unusable-ignore", "stale-baseline",
}  # fmt: skip


def found_by(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Finding", "_finding"):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield from (
                text for text in texts if isinstance(text, str) and re.fullmatch("[a-z]+(-[a-z]+)*", text)
            )


def test_findings_have_their_names():
    assert {name for path in (PACKAGE / "checks").glob("*.py") for name in found_by(path)} == FINDINGS


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_findings_are_explained(name):
    (section,) = re.findall(rf"^## {name}\n(.*?)(?=^## )", (ROOT / "docs/checks.md").read_text(), re.M | re.S)
    assert re.search(rf"\[{name}\] (migrations|\.)\n", section)
    assert "**Why it matters:**" in section
    assert "**To mend it:**" in section


def test_the_readme_names_every_hook():
    ids = re.findall(r"^- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.M)
    readme = (ROOT / "README.md").read_text()
    assert ids
    assert not [id for id in ids if f"`{id}`" not in readme and f"- id: {id}\n" not in readme]


def test_one_version():
    assert re.findall(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M) == [cli.VERSION]
    assert f"## {cli.VERSION}" in (ROOT / "CHANGELOG.md").read_text()


def test_no_path_of_a_machine():
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    # not ~/..., not $HOME: a home or a root folder by its name
    place = re.compile(rb"(?<![\w.}~/-])/(root|work|Users|home)/\w")
    files = [ROOT / name for name in listing.stdout.decode().split("\0") if name] or sorted(
        PACKAGE.rglob("*.py")
    )
    assert not [file for file in files if file.is_file() and place.search(file.read_bytes())]
