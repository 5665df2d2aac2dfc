"""Which Alembic environments a source holds: files in, environments out."""

import pytest

from migrate_guard.environments import Environment, find
from migrate_guard.errors import ConfigError


class Files:
    """A source of ``{path: text}``."""

    def __init__(self, files):
        self.entries = dict.fromkeys(files, ("100644", ""))
        self._files = files

    def read(self, paths):
        return {path: self._files[path].encode() for path in paths if path in self._files}


def ini(location, more=""):
    return f"[alembic]\nscript_location = {location}\n{more}"


def toml(location):
    return f'[tool.alembic]\nscript_location = "{location}"\n'


def alembic(name="migrations", folder="", ini="alembic.ini", pyproject="", **more):
    return Environment(name, folder, ini, pyproject, **{"versions": (f"{name}/versions",), **more})


def flask(name="migrations", folder=""):
    return Environment(name, folder, f"{name}/alembic.ini", flask=True, versions=(f"{name}/versions",))


FOUND = {
    "alembic init": ({"alembic.ini": ini("migrations"), "migrations/env.py": ""}, [alembic()]),
    "beside the ini": ({"alembic.ini": ini("%(here)s/migrations"), "migrations/env.py": ""}, [alembic()]),
    "beside the ini, in a folder": (
        {"api/alembic.ini": ini("%(here)s/db/migrations"), "api/db/migrations/env.py": ""},
        [alembic("api/db/migrations", "api", "api/alembic.ini")],
    ),
    "above the ini": (
        {"conf/alembic.ini": ini("%(here)s/../migrations"), "migrations/env.py": ""},
        [alembic(folder="conf", ini="conf/alembic.ini")],
    ),
    "run from above the ini": (
        {"conf/alembic.ini": ini("migrations"), "migrations/env.py": ""},
        [alembic(ini="conf/alembic.ini")],
    ),
    "a package": (
        {"alembic.ini": ini("shop.db:migrations"), "src/shop/db/migrations/env.py": ""},
        [alembic("src/shop/db/migrations")],
    ),
    "at the top": ({"alembic.ini": ini("."), "env.py": ""}, [alembic("", versions=("versions",))]),
    "with backslashes": (
        {"alembic.ini": ini("db\\migrations"), "db/migrations/env.py": ""},
        [alembic("db/migrations")],
    ),
    "pyproject.toml": (
        {"pyproject.toml": toml("%(here)s/migrations"), "migrations/env.py": ""},
        [alembic(ini="", pyproject="pyproject.toml")],
    ),
    "pyproject.toml with an ini for the rest": (
        {
            "pyproject.toml": toml("migrations"),
            "alembic.ini": "[alembic]\nsqlalchemy.url = sqlite://\n",
            "migrations/env.py": "",
        },
        [alembic(pyproject="pyproject.toml")],
    ),
    "both name it": (
        {"pyproject.toml": toml("migrations"), "alembic.ini": ini("migrations"), "migrations/env.py": ""},
        [alembic(pyproject="pyproject.toml")],
    ),
    "two": (
        {
            "b/alembic.ini": ini("migrations"),
            "b/migrations/env.py": "",
            "a/alembic.ini": ini("migrations"),
            "a/migrations/env.py": "",
        },
        [
            alembic("a/migrations", "a", "a/alembic.ini"),
            alembic("b/migrations", "b", "b/alembic.ini"),
        ],
    ),
    "several folders of revisions": (
        {
            "alembic.ini": ini(
                "migrations", "version_locations = %(here)s/one two\npath_separator = space\n"
            ),
            "migrations/env.py": "",
        },
        [alembic(versions=("one", "two"))],
    ),
    "several folders of revisions, separated as by default": (
        {"alembic.ini": ini("migrations", "version_locations = one, two\n"), "migrations/env.py": ""},
        [alembic(versions=("one", "two"))],
    ),
    "folders below": (
        {"alembic.ini": ini("migrations", "recursive_version_locations = true\n"), "migrations/env.py": ""},
        [alembic(recursive=True)],
    ),
    "Flask-Migrate": (
        {"app.py": "", "migrations/alembic.ini": "[alembic]\n", "migrations/env.py": ""},
        [flask()],
    ),
    "Flask-Migrate in a folder of no modules": (
        {"app.py": "", "db/migrations/alembic.ini": "[alembic]\n", "db/migrations/env.py": ""},
        [flask("db/migrations")],
    ),
    "Flask-Migrate in a folder of modules": (
        {
            "tool.py": "",
            "api/run.py": "",
            "api/migrations/alembic.ini": "[alembic]\n",
            "api/migrations/env.py": "",
        },
        [flask("api/migrations", "api")],
    ),
    "Flask-Migrate beside a package": (
        {
            "setup.py": "",
            "api/blog/__init__.py": "",
            "api/migrations/alembic.ini": "[alembic]\n",
            "api/migrations/env.py": "",
        },
        [flask("api/migrations", "api")],
    ),
    "Flask-Migrate in the package": (
        {
            "blog/__init__.py": "",
            "blog/migrations/alembic.ini": "[alembic]\n",
            "blog/migrations/env.py": "",
            "blog/migrations/__init__.py": "",
        },
        [flask("blog/migrations")],
    ),
    "Flask-Migrate with nothing around it": (
        {"api/migrations/alembic.ini": "[alembic]\n", "api/migrations/env.py": ""},
        [flask("api/migrations", "api")],
    ),
}
NOT_FOUND = {
    "no env.py": {"alembic.ini": ini("migrations"), "migrations/README": ""},
    "a template": {
        "{{cookiecutter.name}}/alembic.ini": ini("migrations"),
        "{{cookiecutter.name}}/migrations/env.py": "",
    },
    "outside the repository": {"alembic.ini": ini("../migrations"), "migrations/env.py": ""},
    "absolute": {"alembic.ini": ini("/migrations"), "migrations/env.py": ""},
    "another ini": {"tox.ini": ini("migrations"), "migrations/env.py": ""},
    "no section of Alembic's": {"alembic.ini": "[other]\n", "migrations/env.py": ""},
    "a pyproject.toml of another kind": {
        "pyproject.toml": '[project]\ndependencies = ["alembic"]\n',
        "migrations/env.py": "",
    },
}


@pytest.mark.parametrize("files, environments", FOUND.values(), ids=FOUND)
def test_finds(files, environments):
    assert find(Files(files)) == environments


@pytest.mark.parametrize("files", NOT_FOUND.values(), ids=NOT_FOUND)
def test_does_not_find(files):
    assert find(Files(files)) == []


@pytest.mark.parametrize(
    "patterns, left",
    [
        pytest.param((), ["a/migrations", "b/deep/migrations"], id="nothing"),
        pytest.param(("a/migrations",), ["b/deep/migrations"], id="by name"),
        pytest.param(("b/*",), ["a/migrations"], id="by pattern"),
        pytest.param(("b",), ["a/migrations"], id="by a folder above"),
        pytest.param(("b/",), ["a/migrations"], id="by a folder above, with a slash"),
        pytest.param(("*/migrations",), [], id="all"),
        pytest.param(("migrations", "a/mig"), ["a/migrations", "b/deep/migrations"], id="parts of names"),
    ],
)
def test_excludes(patterns, left):
    files = {}
    for folder in ("a", "b/deep"):
        files |= {f"{folder}/alembic.ini": ini("migrations"), f"{folder}/migrations/env.py": ""}

    assert [environment.name for environment in find(Files(files), patterns)] == left


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"alembic.ini": "script_location = x\n"}, id="an ini without a section"),
        pytest.param({"pyproject.toml": "[tool.alembic\n"}, id="TOML that is none"),
    ],
)
def test_refuses_what_cannot_be_read(files):
    with pytest.raises(ConfigError, match=f"{next(iter(files))} cannot be read"):
        find(Files(files))


@pytest.mark.parametrize(
    "path, recursive, holds",
    [
        ("migrations/versions/a.py", False, True),
        ("migrations/versions/2026/a.py", False, False),
        ("migrations/versions/2026/a.py", True, True),
        ("migrations/env.py", True, False),
        ("migrations/versionsx/a.py", True, False),
    ],
)
def test_where_revisions_are(path, recursive, holds):
    assert alembic(recursive=recursive).holds(path) == holds
