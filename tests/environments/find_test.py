"""Which Alembic environments a source holds: files in, environments out."""

from types import SimpleNamespace

import pytest

from migrate_guard.config import Declared
from migrate_guard.environments import find
from migrate_guard.errors import ConfigError
from migrate_guard.history.environment import Environment


class Files:
    """A source of ``{path: text}``."""

    label = "the index"
    repo = SimpleNamespace(root="/srv/shop")

    def __init__(self, files):
        """A file whose text begins with -> is a link."""
        self.entries = {
            path: ("120000" if text.startswith("->") else "100644", "") for path, text in files.items()
        }
        files = {path: text.removeprefix("->") for path, text in files.items()}
        self._files = files
        self.settings_files = self.read(files)

    def read(self, paths):
        return {path: self._files[path].encode() for path in paths if path in self._files}


def ini(location, more=""):
    return f"[alembic]\nscript_location = {location}\n{more}"


def toml(location):
    return f'[tool.alembic]\nscript_location = "{location}"\n'


TENANTS = """\
[one]
sqlalchemy.url = sqlite:///one.db
version_locations = one
[two]
sqlalchemy.url = sqlite:///two.db
version_locations = two
[loggers]
keys = root
"""


def alembic(directory="migrations", folder="", ini="alembic.ini", pyproject="", name=None, **more):
    more = {"versions": (f"{directory}/versions",), **more}
    return Environment(name or directory, directory, folder, ini, pyproject, **more)


def flask(name="migrations", folder=""):
    return Environment(name, name, folder, f"{name}/alembic.ini", flask=True, versions=(f"{name}/versions",))


FOUND = {
    "an absolute path": (
        {
            "alembic.ini": ini("/srv/shop/db", "version_locations = /srv/shop/db/one /srv/shop/db/two\n"),
            "db/env.py": "",
        },
        [alembic("db", versions=("db/one", "db/two"))],
    ),
    "a link to the script directory": (
        {"alembic.ini": ini("migrations"), "migrations": "->db/alembic", "db/alembic/env.py": ""},
        [alembic("db/alembic")],
    ),
    "a link to another link": (
        {"alembic.ini": ini("a/b"), "a/b": "->../c", "c": "->/srv/shop/db", "db/env.py": ""},
        [alembic("db")],
    ),
    "a link to the revisions": (
        {"alembic.ini": ini("db"), "db/env.py": "", "db/versions": "->../revisions", "revisions/a.py": ""},
        [alembic("db", versions=("revisions",))],
    ),
    "links in a circle": ({"alembic.ini": ini("a"), "a": "->b", "b": "->a"}, []),
    "a link out of the repository": ({"alembic.ini": ini("a"), "a": "->../../elsewhere"}, []),
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
    "a package, and folders with colons between them": (
        {"src/shop/db/alembic.ini": ini("shop:db:migrations"), "src/shop/db/migrations/env.py": ""},
        [alembic("src/shop/db/migrations", "src", "src/shop/db/alembic.ini")],
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
    "an ini of another name": (
        {"conf/development.ini": ini("db"), "db/env.py": ""},
        [alembic("db", ini="conf/development.ini")],
    ),
    "two files that name it": (
        {"alembic.ini": ini("db"), "alembic-test.ini": ini("db"), "db/env.py": ""},
        [alembic("db")],
    ),
    "several sections": (
        {"alembic.ini": ini("a") + ini("b").replace("alembic", "tenant"), "a/env.py": "", "b/env.py": ""},
        [alembic("a"), alembic("b", section="tenant")],
    ),
    "several sections without the usual one": (
        {"alembic.ini": "[DEFAULT]\nscript_location = db\n" + TENANTS, "db/env.py": ""},
        [
            alembic("db", name="db:one", section="one", versions=("one",)),
            alembic("db", name="db:two", section="two", versions=("two",)),
        ],
    ),
    "several sections of one script directory": (
        {
            "alembic.ini": ini("db") + ini("db", "version_locations = t\n").replace("alembic", "t"),
            "db/env.py": "",
        },
        [alembic("db"), alembic("db", name="db:t", section="t", versions=("t",))],
    ),
    "several databases": (
        {
            "alembic.ini": "[DEFAULT]\nscript_location = db\n[alembic]\ndatabases = one, two\n" + TENANTS,
            "db/env.py": "",
        },
        [alembic("db")],
    ),
    "a name within": (
        {"alembic.ini": ini("%(base)s/migrations", "base = %(here)s/db\n"), "db/migrations/env.py": ""},
        [alembic("db/migrations")],
    ),
    "filled in by the application": (
        {"app/alembic.ini": ini("{alembic_dir}"), "app/alembic/env.py": "", "env.py": ""},
        [alembic("app/alembic", ini="app/alembic.ini", set_location=True)],
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
    "an ini of another program": {"tox.ini": "[alembic]\nurl = x\n", "migrations/env.py": ""},
    "a template that may mean two folders": {
        "app/alembic.ini": ini("{folder}"),
        "app/a/env.py": "",
        "app/b/env.py": "",
    },
    "a template whose folder lies elsewhere": {"conf/alembic.ini": ini("{folder}"), "app/env.py": ""},
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


DECLARED = {
    "a section": (
        Declared("tenants", ini="alembic.ini", section="tenant"),
        {"alembic.ini": ini("a") + ini("b").replace("alembic", "tenant"), "a/env.py": "", "b/env.py": ""},
        [alembic("a"), alembic("b", name="tenants", section="tenant")],
    ),
    "in the place of what is found": (
        Declared("main", ini="alembic.ini", x=("uri=x",), cwd="api/"),
        {"alembic.ini": ini("%(here)s/db"), "db/env.py": ""},
        [alembic("db", name="main", folder="api", x=("uri=x",))],
    ),
    "without an ini": (
        Declared("main", config="app.db:config", script_location="app/migrations"),
        {"app/migrations/env.py": ""},
        [alembic("app/migrations", name="main", ini="", config="app.db:config", set_location=True)],
    ),
    "without an ini, in the only script directory that no file names": (
        Declared("main", config="app.db:config"),
        {"alembic.ini": ini("db"), "db/env.py": "", "app/migrations/env.py": ""},
        [alembic("db"), alembic("app/migrations", name="main", ini="", config="app.db:config")],
    ),
    "a section without a script directory": (
        Declared("main", ini="app.ini", section="db", script_location="db"),
        {"app.ini": "[db]\nversion_locations = v\n", "db/env.py": ""},
        [alembic("db", name="main", ini="app.ini", section="db", set_location=True, versions=("v",))],
    ),
    "Flask-Migrate": (
        Declared("main", ini="migrations/alembic.ini", x=("a=b",)),
        {"app.py": "", "migrations/alembic.ini": "[alembic]\n", "migrations/env.py": ""},
        [alembic(name="main", ini="migrations/alembic.ini", flask=True, x=("a=b",))],
    ),
    "pyproject.toml": (
        Declared("main", ini="pyproject.toml"),
        {"pyproject.toml": toml("migrations"), "migrations/env.py": ""},
        [alembic(name="main", ini="", pyproject="pyproject.toml")],
    ),
}


@pytest.mark.parametrize("declared, files, environments", DECLARED.values(), ids=DECLARED)
def test_declared(declared, files, environments):
    assert find(Files(files), (), [declared]) == sorted(environments, key=lambda env: env.name)


LEADS_NOWHERE = {
    "no such ini": (Declared("main", ini="x.ini"), "the index has no file x.ini."),
    "no such section": (Declared("main", ini="alembic.ini", section="x"), "alembic.ini has no section [x]."),
    "no env.py": (Declared("main", script_location="x"), "in the index, x holds no env.py."),
    "nothing": (Declared("main"), "in the index, its script directory is not known."),
    "several": (Declared("main", config="app:config"), "in the index, its script directory is not known."),
}


@pytest.mark.parametrize("declared, fact", LEADS_NOWHERE.values(), ids=LEADS_NOWHERE)
def test_declared_and_leads_nowhere(declared, fact):
    files = Files({"alembic.ini": "[alembic]\n", "a/env.py": "", "b/env.py": ""})
    with pytest.raises(ConfigError) as wrong:
        find(files, (), [declared])
    assert wrong.value.message == f"pyproject.toml declares the environment main: {fact}"
    assert wrong.value.hint


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
