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

# A room is a module or a folder of the package; inside worker/ it is a module or a folder of that.
# room: what it may import, all of which stands above it
MAY_IMPORT = {
    "errors": "",
    "toml": "",
    "config": "errors toml",
    "protocol": "",
    # pure
    "advice": "errors",
    "history": "errors protocol",
    "schema": "protocol",
    "questions": "errors protocol schema",
    "findings": "errors history protocol questions toml",
    # what is outside, and only read
    "machine": "advice errors",
    "repository": "errors history machine schema",
    "environments": "config errors history repository toml",
    "interpreter": "config errors machine toml",
    "scratch": "advice errors machine protocol",
    # the way of a commit, from its end to its beginning
    "report": "errors findings protocol questions schema",
    "observing": "advice config environments errors history interpreter machine protocol repository scratch",
    "replay": "advice config environments errors history observing protocol repository schema scratch",
    "checks": "advice findings history protocol questions schema",
    "judging": "advice checks config environments errors findings history machine observing protocol questions replay "
    "repository schema scratch",
    "fix": "checks errors findings history judging protocol questions repository schema",
    "commands": "checks environments errors findings fix judging machine replay report repository",
    "cli": "advice commands errors findings judging machine questions report",
    "__main__": "cli",
    # the project's interpreter
    "worker": "",
    "worker.basis": "protocol",
    "worker.project": "worker.basis protocol",
    "worker.connections": "worker.basis protocol",
    "worker.compare": "worker.basis protocol",
    "worker.write": "worker.basis worker.compare protocol",
    "worker.rows": "worker.basis worker.compare protocol",
    "worker.keeper": "worker.basis worker.connections protocol",
    "worker.passes": "worker.basis worker.compare worker.project protocol",
    "worker.environment": "worker.basis worker.compare worker.connections worker.passes worker.project worker.rows worker.write protocol",
    "worker.main": "worker.basis worker.environment protocol",
    "__worker__": "worker.keeper worker.main",
}
# Rooms of which the others import these modules alone
DOORS = {
    "judging": "case facts judge merges old run scope",
    "observing": "session subject",
    "replay": "replay_or_step start_dump",
    "worker.connections": "door target",
}
# What every project has, and what some have: the latter is imported where it is needed.
ALWAYS = {"migrate_guard", "alembic", "sqlalchemy", *sys.stdlib_module_names}
SOME = {"flask", "flask_migrate", "dotenv"}


def room_of(parts):
    inner = 2 if parts[0] == "worker" and parts[1] != "__init__.py" else 1
    return ".".join(parts[:inner]).removesuffix(".py")


def imports(path, lazily=True):
    """Each module that ``path`` imports, with a dot; without ``lazily`` only those of its top level."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree) if lazily else tree.body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_direction_of_imports():
    wrong = []
    for path in MODULES:
        parts = path.relative_to(PACKAGE).parts
        if parts == ("__init__.py",):
            continue
        room = room_of(parts)
        ours = {room_of(name.split(".")[1:]) for name in imports(path) if name.startswith("migrate_guard.")}
        wrong += [f"{'/'.join(parts)} imports {other}" for other in ours - {room, *MAY_IMPORT[room].split()}]
    assert not wrong


def test_rooms_that_have_a_door_are_entered_by_it():
    wrong = []
    for path in MODULES:
        room = room_of(path.relative_to(PACKAGE).parts)
        for entered, doors in DOORS.items():
            used = {name for name in imports(path) if name.startswith(f"migrate_guard.{entered}.")}
            inner = {name.split(".")[entered.count(".") + 2] for name in used if room != entered}
            wrong += [f"{room} imports {name} of {entered}" for name in inner - set(doors.split())]
    assert not wrong


def test_the_table_names_rooms_that_exist_from_below_to_above():
    assert {room_of(path.relative_to(PACKAGE).parts) for path in MODULES} - {"__init__"} == MAY_IMPORT.keys()
    known = set()
    for room, others in MAY_IMPORT.items():
        assert not set(others.split()) - known, f"{room} imports what stands below it"
        known.add(room)


def test_the_root_holds_doors_alone():
    assert len(list(PACKAGE.glob("*.py"))) <= 9


def test_the_worker_needs_what_every_project_has():
    wrong = []
    for path in (PACKAGE / "worker").rglob("*.py"):
        at_once = {name.split(".")[0] for name in imports(path, lazily=False)}
        later = {name.split(".")[0] for name in imports(path)}
        wrong += [
            f"{path.relative_to(PACKAGE)} imports {name}"
            for name in (at_once - ALWAYS) | (later - ALWAYS - SOME)
        ]
    assert not wrong


# What these are made of is nobody's business.
BEHAVING = {
    "machine/workspace.py": "Workspace",
    "observing/session.py": "Session",
    "observing/subject.py": "Snapshot",
    "observing/worker.py": "Worker",
    "replay/ancestors.py": "Ancestors",
    "replay/replay_or_step.py": "ReplayOrStep",
    "scratch/ladder.py": "Ladder Databases",
    "scratch/server.py": "Server",
}


def test_objects_with_behaviour_show_none_of_their_parts():
    shown = []
    for name, classes in BEHAVING.items():
        found = {
            node.name: node
            for node in ast.parse((PACKAGE / name).read_text()).body
            if isinstance(node, ast.ClassDef)
        }
        for behaving in classes.split():
            set_there = [
                node
                for node in ast.walk(found[behaving])
                if isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Store)
                and getattr(node.value, "id", "") == "self"
            ]
            shown += [
                f"{name}: {behaving}.{node.attr}" for node in set_there if not node.attr.startswith("_")
            ]
    assert not shown


def test_git_has_one_door():
    """What is asked of git is put into words in repository/ alone, and GitPython is known to one module."""
    asking, knowing = set(), set()
    for path in MODULES:
        name = path.relative_to(PACKAGE).as_posix()
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        if any(getattr(function, "attr", "") == "git" for function in calls):
            asking.add(room_of(path.relative_to(PACKAGE).parts))
        if "git" in {module.split(".")[0] for module in imports(path)}:
            knowing.add(name)
    assert asking == {"repository"}
    assert knowing == {"repository/git.py"}


def test_every_module_says_what_it_is():
    silent = []
    for path in MODULES:
        text = (
            ast.get_docstring(ast.parse(path.read_text()), clean=False) if path.read_text() else "the package"
        )
        first, *rest = (text or "").split("\n")
        if not first.strip() or (rest and rest[0].strip()):
            silent.append(path.relative_to(PACKAGE).as_posix())
    assert not silent


def public_functions(body):
    """Those of a module, and the methods of its public classes, with the special ones."""
    for node in body:
        name = getattr(node, "name", "_")
        if not name.startswith("_") or name.endswith("__"):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node
            elif isinstance(node, ast.ClassDef):
                yield from public_functions(node.body)


def is_annotated(function):
    takes = function.args
    takes = [*takes.posonlyargs, *takes.args, *takes.kwonlyargs, takes.vararg, takes.kwarg]
    bare = [one.arg for one in takes if one and not one.annotation and one.arg not in ("self", "cls")]
    return function.returns and not bare


def test_public_functions_of_the_controller_are_annotated():
    lacking = []
    for path in MODULES:
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in {"worker", "__worker__.py"}:
            functions = public_functions(ast.parse(path.read_text()).body)
            lacking += [f"{place}: {function.name}" for function in functions if not is_annotated(function)]
    assert not lacking


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
