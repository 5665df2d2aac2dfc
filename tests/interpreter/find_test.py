"""Each place of a project interpreter, with real environments, repositories and worktrees."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from migrate_guard.config import Settings
from migrate_guard.errors import InterpreterError
from migrate_guard.interpreter import Interpreter, find, hook_runners
from migrate_guard.report.text import failure
from migrate_guard.repository.git import Repository

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
BOTH = ("sqlalchemy", "alembic")


def git(folder, *arguments):
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(str(text).encode()).digest()).decode()[:8]


def tree(folder):
    return {str(path.relative_to(folder)): path.lstat().st_mtime_ns for path in folder.rglob("*")}


class Project:
    """A repository with nothing but a folder ``backend``, seen from inside a hook."""

    def __init__(self, base, bare):
        self.home, self.root, self.bare = base / "home", base / "repo", bare
        self.home.mkdir()
        (self.root / "backend").mkdir(parents=True)
        self.write("backend/alembic.ini", "[alembic]\n")
        git(self.root, "init", "-q")
        git(self.root, "add", ".")
        git(self.root, "commit", "-qm", "one")
        self.environ = {"PATH": str(self.home / "tools"), "HOME": str(self.home)}

    def write(self, path, content):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content)

    def environment(self, path, packages=BOTH):
        folder = self.root / path
        shutil.copytree(self.bare, folder, symlinks=True)
        for package in packages:
            module = folder / "lib" / f"python{MINOR}" / "site-packages" / package / "__init__.py"
            module.parent.mkdir()
            module.touch()
        return folder

    def program(self, name, script):
        path = self.home / "tools" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def find(self, *python, root=None, folders=("backend", "")):
        repo = Repository(str(root or self.root), {})
        return find(Settings(python=python), repo, list(folders), self.environ)

    def reasons(self):
        """What kept each place from being the answer."""
        return dict(re.split(" {2,}", line) for line in self.refusal().cause.splitlines())

    def refusal(self, *python, **options):
        with pytest.raises(InterpreterError) as caught:
            self.find(*python, **options)
        return caught.value


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment") / "bare"
    venv.create(folder, symlinks=True, with_pip=False)
    return folder


@pytest.fixture
def project(tmp_path, bare, commits, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in [n for n in os.environ if n.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    # the tests' own environment must not be the answer, whatever it holds
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "home/.cache/pre-commit/repoabc/py_env-python3"))
    return Project(tmp_path, bare)


# --- every place by itself: it prepares the project and answers the environment to be found ---


def uv_in_the_project_folder(p):
    p.environ["UV_PROJECT_ENVIRONMENT"] = "envs/x"
    return p.environment("backend/envs/x")


def uv_at_the_top(p):
    p.environ["UV_PROJECT_ENVIRONMENT"] = "envs/x"
    return p.environment("envs/x")


def uv_absolute(p):
    p.environ["UV_PROJECT_ENVIRONMENT"] = str(p.home / "x")
    return p.environment(p.home / "x")


def dot_venv_inside(p):
    p.environment(".venv")
    return p.environment("backend/.venv")


def dot_venv_at_the_top(p):
    return p.environment(".venv")


def dot_venv_file(p):
    p.write("backend/.venv", "../elsewhere\n")
    return p.environment("elsewhere")


def venv_folder(p):
    return p.environment("backend/venv")


def env_folder(p):
    p.write(".env", "SECRET=1\n")
    return p.environment("env")


def dot_env_folder(p):
    return p.environment(".env")


def conda_in_the_project(p):
    folder = p.environment("env")
    (folder / "pyvenv.cfg").unlink()
    (folder / "conda-meta").mkdir()
    return folder


def unfit_dot_venv_first(p):
    p.environment("backend/.venv", ("alembic",))
    return p.environment(".venv")


def pdm(p):
    folder = p.environment(p.home / "pdm-venvs/x")
    p.write(".pdm-python", f"{folder}/bin/python")
    return folder


def poetry_name(p, name):
    return f"{name}-{digest(p.root)}-py{MINOR}"


def poetry(p):
    p.write("pyproject.toml", '[project]\nname = "My.Cool_App"\n')
    p.write("poetry.lock", "")
    return p.environment(p.home / ".cache/pypoetry/virtualenvs" / poetry_name(p, "my-cool-app"))


def poetry_pinned(p):
    p.write("pyproject.toml", '[tool.poetry]\nname = "app"\n')
    envs = p.home / ".cache/pypoetry/virtualenvs"
    folder = p.environment(envs / f"app-{digest(p.root)}-py3.1")
    p.environment(envs / f"app-{digest(p.root)}-py3.99")
    (envs / "envs.toml").write_text(f'[app-{digest(p.root)}]\nminor = "3.1"\npatch = "3.1.1"\n')
    return folder


def poetry_newest(p):
    p.write("pyproject.toml", '[tool.poetry]\nname = "app"\n')
    p.environment(p.home / f".cache/pypoetry/virtualenvs/app-{digest(p.root)}-py3.9")
    return p.environment(p.home / f".cache/pypoetry/virtualenvs/app-{digest(p.root)}-py3.13")


def poetry_own_path(p):
    p.write("pyproject.toml", "[tool.poetry]\npackage-mode = false\n")
    p.write("poetry.toml", '[virtualenvs]\npath = "{cache-dir}/envs"\n')
    p.environ["POETRY_CACHE_DIR"] = str(p.home / "cache")
    return p.environment(p.home / "cache/envs" / poetry_name(p, "non-package-mode"))


def poetry_global_path(p):
    p.write("pyproject.toml", '[tool.poetry]\nname = "app"\n')
    settings = p.home / ".config/pypoetry/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[virtualenvs]\npath = "~/all"\n')
    return p.environment(p.home / "all" / poetry_name(p, "app"))


def poetry_variable(p):
    p.write("pyproject.toml", '[tool.poetry]\nname = "app"\n')
    p.environ["POETRY_VIRTUALENVS_PATH"] = str(p.home / "all")
    return p.environment(p.home / "all" / poetry_name(p, "app"))


def pipenv(p):
    p.write("backend/Pipfile", "")
    name = f"backend-{digest(p.root / 'backend/Pipfile')}"
    return p.environment(p.home / ".local/share/virtualenvs" / name)


def pipenv_by_its_file(p):
    p.write("Pipfile", "")
    p.environ["WORKON_HOME"] = str(p.home / "work")
    folder = p.environment(p.home / "work/repo-older-3.11")
    (folder / ".project").write_text(f"{p.root}\n")
    return folder


def hatch(p):
    p.write("pyproject.toml", '[project]\nname = "app"\n[tool.hatch.envs.test]\n')
    envs = p.home / ".local/share/hatch/env/virtual/app" / digest(p.root)
    p.environment(envs / "aaa")
    return p.environment(envs / "app")


def hatch_own_path(p):
    p.write("hatch.toml", '[envs.default]\npath = "made"\n')
    return p.environment("made")


def virtual_env(p):
    folder = p.environment(p.home / "active")
    p.environ["VIRTUAL_ENV"] = str(folder)
    return folder


def conda(p):
    folder = p.environment(p.home / "conda/envs/x")
    p.environ |= {"CONDA_PREFIX": str(folder), "CONDA_DEFAULT_ENV": "x"}
    return folder


def on_the_path(p):
    folder = p.environment(p.home / "active")
    hook = p.environment(p.home / ".cache/prek/hooks/python-abc")
    p.environ |= {"PATH": f"{hook}/bin:bin:{folder}/bin", "VIRTUAL_ENV": str(hook)}
    return folder


def install_python(p):
    folder = p.environment(p.home / "my tools")
    p.write(".git/hooks/pre-commit", f"#!/bin/sh\nINSTALL_PYTHON='{folder}/bin/python'\n")
    return folder


def asked_poetry(p):
    folder = p.environment(p.home / "unknown")
    p.write("poetry.lock", "")
    p.program("poetry", f'test "$*" = "env info -e" && test -z "$VIRTUAL_ENV" && echo {folder}/bin/python')
    p.environ["VIRTUAL_ENV"] = str(p.home / ".cache/pre-commit/repoabc/py_env-python3")
    return folder


def asked_pipenv(p):
    folder = p.environment(p.home / "unknown")
    p.write("Pipfile", "")
    p.program(
        "pipenv", f'echo Loading; test "$1$PIPENV_IGNORE_VIRTUALENVS" = --py1 && echo {folder}/bin/python'
    )
    return folder


def asked_hatch(p):
    folder = p.environment(p.home / "unknown")
    p.write("hatch.toml", "[envs.default]\n")
    p.program("hatch", f'test "$*" = "env find" && echo {folder}')
    return folder


PLACES = [
    (uv_in_the_project_folder, "$UV_PROJECT_ENVIRONMENT, backend/envs/x"),
    (uv_at_the_top, "$UV_PROJECT_ENVIRONMENT, envs/x"),
    (uv_absolute, "$UV_PROJECT_ENVIRONMENT, ~/x"),
    (dot_venv_inside, "backend/.venv"),
    (dot_venv_at_the_top, ".venv"),
    (dot_venv_file, "backend/.venv"),
    (venv_folder, "backend/venv"),
    (env_folder, "env"),
    (dot_env_folder, ".env"),
    (conda_in_the_project, "env"),
    (unfit_dot_venv_first, ".venv"),
    (pdm, ".pdm-python"),
    (poetry, "Poetry's environment"),
    (poetry_pinned, "Poetry's environment"),
    (poetry_newest, "Poetry's environment for Python 3.13, the newest"),
    (poetry_own_path, "Poetry's environment"),
    (poetry_global_path, "Poetry's environment"),
    (poetry_variable, "Poetry's environment"),
    (pipenv, "Pipenv's environment"),
    (pipenv_by_its_file, "Pipenv's environment"),
    (hatch, "Hatch's environment default"),
    (hatch_own_path, "Hatch's environment default"),
    (virtual_env, "$VIRTUAL_ENV"),
    (conda, "$CONDA_PREFIX"),
    (on_the_path, "~/active, on the PATH"),
    (install_python, "INSTALL_PYTHON in git's pre-commit hook"),
    (asked_poetry, "poetry env info -e"),
    (asked_pipenv, "pipenv --py"),
    (asked_hatch, "hatch env find"),
]


@pytest.mark.parametrize(("prepare", "place"), [pytest.param(*row, id=row[0].__name__) for row in PLACES])
def test_place(project, prepare, place):
    folder = prepare(project)
    before = tree(project.root)
    assert project.find() == Interpreter((f"{folder}/bin/python",), place)
    assert tree(project.root) == before


ORDER = [
    uv_at_the_top, dot_venv_at_the_top, venv_folder, pdm, poetry_pinned, virtual_env, conda, install_python, asked_hatch,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ORDER) - 1), ids=[place.__name__ for place in ORDER[:-1]])
def test_a_place_comes_before_all_later_ones(project, number):
    folders = []
    for prepare in ORDER[number:]:
        # these three would take the same folder
        if not (project.home / "unknown").exists():
            folders.append(prepare(project))
    assert project.find().command == (f"{folders[0]}/bin/python",)


# --- linked worktrees ---


@pytest.fixture
def linked(project):
    folder = project.root.parent / "linked"
    git(project.root, "worktree", "add", "-q", str(folder))
    return folder


def test_main_worktree(project, linked):
    folder = project.environment("backend/.venv")
    note = "This is the environment of the main worktree, " + str(project.root) + "."
    expected = Interpreter((f"{folder}/bin/python",), "main worktree: backend/.venv", (note,))
    assert project.find(root=linked) == expected


def test_a_linked_worktree_has_its_own(project, linked):
    project.environment(".venv")
    folder = project.environment(linked / ".venv")
    assert project.find(root=linked) == Interpreter((f"{folder}/bin/python",), ".venv")


def test_main_worktree_by_its_tool(project, linked):
    folder = poetry(project)
    found = project.find(root=linked)
    assert (found.command, found.place) == ((f"{folder}/bin/python",), "main worktree: Poetry's environment")


# --- the environment we run in ---


def run_inside(environment, project):
    script = (
        "import sys; from types import SimpleNamespace as N\n"
        "from migrate_guard.interpreter import find; from migrate_guard.repository.git import Repository\n"
        "print(find(N(python=()), Repository(sys.argv[1], {}), [''], dict(PATH='/usr/bin:/bin')))"
    )
    top = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(top), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [f"{environment}/bin/python", "-c", script, str(project.root)]
    return subprocess.run(command, env=environ, capture_output=True, text=True)


def test_the_environment_we_run_in(project):
    project.environment(".venv")
    folder = project.environment(project.home / "own")
    done = run_inside(folder, project)
    assert done.stdout.startswith(
        f"Interpreter(command=('{folder}/bin/python',), place='the environment migrate-"
    )


HOOKS = [
    ".cache/pre-commit/repoabc/py_env-python3.11",
    "moved/repoabc/py_env-python3.11",
    ".cache/prek/hooks/python-abc",
    "moved/hooks/python-abc",
]


@pytest.mark.parametrize("place", HOOKS)
def test_a_hooks_own_environment_is_never_the_answer(project, place):
    own = project.environment(project.home / place)
    if "python-" in own.name:
        (own / ".prek-hook.json").write_text("{}")
    folder = project.environment(".venv")
    assert f"('{folder}/bin/python',)" in run_inside(own, project).stdout


@pytest.mark.parametrize(
    ("variables", "folder", "owned"),
    [
        pytest.param({"PRE_COMMIT_HOME": "/a"}, "/a/x", True, id="PRE_COMMIT_HOME"),
        pytest.param({"PREK_HOME": "/a"}, "/a/hooks/python-x", True, id="PREK_HOME"),
        pytest.param({"XDG_CACHE_HOME": "/a"}, "/a/prek/hooks/python-x", True, id="XDG_CACHE_HOME"),
        pytest.param({"PRE_COMMIT_HOME": "/a"}, "/ab/x", False, id="a name that only begins alike"),
        pytest.param({"PREK_HOME": ""}, "/ab/x", False, id="an empty variable"),
        pytest.param({}, "/ab/py_env-python3", False, id="no repo folder around it"),
    ],
)
def test_hook_environments(variables, folder, owned):
    assert hook_runners.owns(folder, variables) is owned


# --- named explicitly ---


def test_explicit_folder_python_and_command(project):
    folder = project.environment("envs/x")
    python = f"{folder}/bin/python"
    assert project.find("envs/x") == Interpreter((python,), "named explicitly: envs/x")
    assert project.find("envs/x/bin/python3").command == (f"{python}3",)
    assert project.find(str(folder)).command == (python,)
    assert project.find("./envs/x/bin/python", "-X", "utf8").command == (python, "-X", "utf8")


def test_explicit_home_and_path(project):
    folder = project.environment(project.home / "x")
    assert project.find("~/x").command == (f"{folder}/bin/python",)
    project.program("docker", f'exec {folder}/bin/python "$@"')
    (project.root / "docker").mkdir()
    assert project.find("docker", "-X", "utf8").command == (f"{project.home}/tools/docker", "-X", "utf8")


@pytest.mark.parametrize(
    ("words", "lack"),
    [
        pytest.param(("nowhere",), "{root}/nowhere: no such folder", id="no folder"),
        pytest.param(("x/bin/python",), "{root}/x/bin/python: no such file", id="no Python"),
        pytest.param(("backend",), "{root}/backend: there, but no python in it", id="not an environment"),
        pytest.param(("half",), "{root}/half: there, but without sqlalchemy", id="one missing"),
        pytest.param(("none",), "{root}/none: there, but without sqlalchemy, alembic", id="both missing"),
        pytest.param(("gone",), "{root}/gone: there, but its python was removed", id="its Python gone"),
        pytest.param(("backend/alembic.ini",), "{root}/backend/alembic.ini: there, but does not start (Permission denied)", id="no program"),
        pytest.param(("/bin/echo", "x"), "/bin/echo: there, but does not run as a Python", id="another program"),
        pytest.param(("nope", "x"), "{root}/nope: no such command", id="no command"),
    ],
)  # fmt: skip
def test_explicit_and_broken_never_falls_through(project, words, lack):
    project.environment(".venv")
    project.environment("half", ("alembic",))
    gone = project.environment("gone")
    project.environment("none", ())
    for name in os.listdir(gone / "bin"):
        if name.startswith("python"):
            (gone / "bin" / name).unlink()
            (gone / "bin" / name).symlink_to("/nowhere/python")
    error = project.refusal(*words)
    assert error.message == f"The Python named for the project cannot be used: {' '.join(words)}"
    assert error.cause == lack.format(root=project.root)
    assert error.hint == (
        "Correct --python, MIGRATE_GUARD_PYTHON or [tool.migrate-guard] python;\n"
        "without any of them it is searched for."
    )


# --- what only the Python itself can tell ---


def test_packages_elsewhere_on_its_path(project):
    folder = project.environment(".venv", ())
    for package in BOTH:
        (project.home / "src" / package).mkdir(parents=True)
        (project.home / "src" / package / "__init__.py").touch()
    site = folder / "lib" / f"python{MINOR}" / "site-packages"
    (site / "editable.pth").write_text(f"{project.home}/src\n")
    assert project.find().place == ".venv"


@pytest.mark.parametrize("variable", ["PYTHONPATH", "PYTHONHOME"])
def test_pythons_variables_do_not_count(project, variable):
    project.environment(".venv", ())
    (project.home / "src/sqlalchemy").mkdir(parents=True)
    (project.home / "src/sqlalchemy/__init__.py").touch()
    project.environ[variable] = str(project.home / "src")
    assert project.reasons()[".venv"] == "there, but without sqlalchemy, alembic"


def test_a_folder_left_by_an_uninstall_is_not_the_package(project):
    folder = project.environment(".venv", ("alembic",))
    (folder / "lib" / f"python{MINOR}" / "site-packages/sqlalchemy/__pycache__").mkdir(parents=True)
    assert project.reasons()[".venv"] == "there, but without sqlalchemy"


def test_packages_of_the_version_before(project):
    folder = project.environment(".venv", ())
    for package in BOTH:
        (folder / "lib/python3.2/site-packages" / package).mkdir(parents=True)
        (folder / "lib/python3.2/site-packages" / package / "__init__.py").touch()
    assert project.reasons()[".venv"] == "there, but without sqlalchemy, alembic"


# --- notes ---


@pytest.mark.parametrize("activate", [virtual_env, conda, on_the_path])
def test_another_environment_is_active(project, activate):
    project.environment(".venv")
    folder = activate(project)
    shown = str(folder).replace(str(project.home), "~")
    assert project.find().notes == (f"The active environment is another one: {shown}.",)


def test_the_active_environment_is_the_one_found(project):
    folder = project.environment(".venv")
    project.environ |= {"VIRTUAL_ENV": str(folder), "PATH": f"{folder}/bin"}
    assert project.find().notes == ()


def test_condas_base_is_no_project(project):
    conda(project)
    project.environ["CONDA_DEFAULT_ENV"] = "base"
    assert project.reasons()["$CONDA_PREFIX"] == "conda's base environment"


# --- none does ---


def test_none_does(project, shows):
    project.environment("backend/.venv", ())
    project.environment("venv", ("alembic",))
    project.write("Pipfile", "")
    project.environ["VIRTUAL_ENV"] = sys.prefix
    error = project.refusal()
    shows(failure(error), "interpreter", "none is found")
    assert max(map(len, error.cause.splitlines())) <= 80


@pytest.mark.parametrize("content", ["", "\n", "/nowhere\n"], ids=["empty", "blank", "dangling"])
def test_a_dot_venv_file_that_leads_nowhere(project, content):
    project.write(".venv", content)
    reason = "no such folder" if content.strip() else "a file without a path"
    assert project.reasons()[".venv"] == reason


# --- the tools' answers are kept ---


def answers(project):
    return project.home / ".cache/migrate-guard/interpreters.json"


def counted(project, folder):
    project.write("poetry.lock", "")
    project.program("poetry", f"echo x >> {project.home}/asked; echo {folder}/bin/python")


def times_asked(project):
    return len((project.home / "asked").read_text().splitlines())


def test_an_answer_is_kept(project):
    folder = project.environment(project.home / "x")
    counted(project, folder)
    assert [project.find().place for _ in range(3)] == ["poetry env info -e"] + 2 * [
        "poetry env info -e (as answered before)"
    ]
    assert times_asked(project) == 1


def test_another_lock_asks_again(project):
    counted(project, project.environment(project.home / "x"))
    project.find()
    os.utime(project.root / "poetry.lock", (1, 1))
    assert project.find().place == "poetry env info -e"


def test_a_kept_answer_that_is_gone_asks_again(project):
    folder = project.environment(project.home / "x")
    counted(project, folder)
    project.find()
    moved = folder.rename(project.home / "y")
    counted(project, moved)
    os.utime(
        project.root / "poetry.lock",
        ns=(0, json.loads(answers(project).read_text()).popitem()[1]["stamp"][0]),
    )
    assert project.find().command == (f"{moved}/bin/python",)


def test_a_kept_answer_that_no_longer_fits_asks_again(project):
    folder = project.environment(project.home / "x")
    counted(project, folder)
    project.find()
    shutil.rmtree(folder / "lib" / f"python{MINOR}" / "site-packages/alembic")
    assert project.reasons()["poetry env info -e (as answered before)"] == "there, but without alembic"
    assert times_asked(project) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "\0"])
def test_broken_answers_are_not_believed(project, content):
    answers(project).parent.mkdir(parents=True)
    answers(project).write_text(content)
    counted(project, project.environment(project.home / "x"))
    assert project.find().place == "poetry env info -e"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param("echo no >&2; exit 1", "it knows of none", id="fails"),
        pytest.param("exit 0", "it knows of none", id="says nothing"),
        pytest.param("echo /nowhere/python", "no such file", id="names what is not there"),
        pytest.param("exec /bin/sleep 60", "no answer in 0.2 seconds", id="hangs"),
    ],
)
def test_a_tool_without_an_answer(project, script, reason, monkeypatch):
    monkeypatch.setattr("migrate_guard.interpreter.tools.SECONDS", 0.2)
    project.write("poetry.lock", "")
    project.program("poetry", script)
    assert project.reasons()["poetry env info -e"] == reason
    assert not answers(project).exists()
