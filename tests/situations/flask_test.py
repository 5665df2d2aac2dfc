"""The Flask application is found as flask finds it, and what its Migrate(...) says is honoured."""

import pytest

AGREE = "they agree"
WSGI = "from blog import create_app\n\napplication = create_app()\n"
SETTING = '[tool.migrate-guard]\napp = "{}"\n'


def _factory_of(project, package="blog"):
    """The project with a factory, without .flaskenv, its package moved."""
    checkout = project("flask_factory")
    checkout.git("rm", "-q", ".flaskenv")
    if package != "blog":
        (checkout.path / package).parent.mkdir(exist_ok=True)
        checkout.git("mv", "blog", package)
        for name in ("__init__.py", "models.py"):
            text = (checkout.path / package / name).read_text()
            checkout.write(f"{package}/{name}", text.replace("from blog", "from " + package.split("/")[-1]))
    return checkout


# id: (files, environment); each builds the application of the package blog/ without .flaskenv
WAYS = {
    "FLASK_APP in the environment": ({}, {"FLASK_APP": "blog:create_app('sqlite:///other.db')"}),
    "FLASK_APP as a file": ({"run.py": WSGI}, {"FLASK_APP": "run.py"}),
    ".flaskenv": ({".flaskenv": "FLASK_APP=blog:create_app\n"}, {}),
    ".env": ({".env": "FLASK_APP=blog:create_app\n"}, {}),
    "the setting": ({"pyproject.toml": SETTING.format("blog:create_app()")}, {}),
    "the setting, past a wsgi.py that fails": (
        {"pyproject.toml": SETTING.format("blog"), "wsgi.py": "raise RuntimeError\n"},
        {},
    ),
    "wsgi.py": ({"wsgi.py": WSGI, "other.py": WSGI}, {}),
    "the one package at the root": ({"tests_app.py": "", "setup.py": "app = 1\n"}, {}),
}


@pytest.mark.parametrize("files, env", WAYS.values(), ids=WAYS)
@pytest.mark.wide("FLASK_APP in the environment", ".env", "the setting", "FLASK_APP as a file", "wsgi.py")
def test_ways_to_find_the_application(project, files, env):
    checkout = _factory_of(project)
    for name, text in files.items():
        checkout.write(name, text)

    result = checkout.guard("check", env=env)

    assert (result.returncode, AGREE in result.stdout) == (0, True), result.stdout


@pytest.mark.parametrize("package", ["app", "src/blog"])
def test_packages_with_a_factory(project, package):
    checkout = _factory_of(project, package)

    result = checkout.guard("check")

    assert (result.returncode, AGREE in result.stdout) == (0, True), result.stdout


def test_the_one_module_at_the_root(project):
    checkout = project("flask_app")
    checkout.git("mv", "app.py", "shop.py")

    assert checkout.guard("check").returncode == 0


# the files, and the variables
NOT_FOUND = {
    "several modules build one": ({"run.py": WSGI.replace("application", "app"), ".flaskenv": ""}, {}),
    "none builds one": ({"blog/__init__.py": "", ".flaskenv": ""}, {}),
    "no such module": ({}, {"FLASK_APP": "blogs"}),
    "no such factory": ({".flaskenv": "", "pyproject.toml": SETTING.format("blog:make()")}, {}),
    "an application without Flask-Migrate": (
        {
            "wsgi.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "run.py": "app = dict()\n",
            ".flaskenv": "",
        },
        {},
    ),
    "a module that fails": ({"wsgi.py": "import blog\n\nblog.create()\n", ".flaskenv": ""}, {}),
    "a factory that fails": ({"blog/models.py": "raise KeyError('SECRET')\n"}, {}),
    "a module that a factory lacks": ({"blog/models.py": "import blog.nothing\n"}, {}),
}


@pytest.mark.parametrize("why", NOT_FOUND)
@pytest.mark.wide(
    "no such factory",
    "a module that fails",
    "a module that a factory lacks",
    "no such module",
    "a factory that fails",
)
def test_an_application_that_cannot_be_loaded(project, shows, why):
    files, env = NOT_FOUND[why]
    checkout = project("flask_factory")
    for name, text in files.items():
        checkout.write(name, text)

    result = checkout.guard("check", env=env)

    assert (result.stderr, result.returncode) == ("", 2)
    shows(result, "flask-application", why)


def test_compare_options_of_migrate(project):
    checkout = project("flask_app")
    checkout.replace("app.py", "nullable=False)\n    email", 'nullable=False, server_default="x")\n    email')

    without = checkout.guard("check")
    checkout.replace("app.py", "Migrate(app, db)", "Migrate(app, db, compare_server_default=True)")
    with_it = checkout.guard("check")

    assert (without.returncode, with_it.returncode) == (1, 1)
    assert "the models say default 'x', the history says default none\n" in without.stdout
    assert "autogenerate does not see it" in without.stdout
    assert "autogenerate does not see it" not in with_it.stdout
    assert "app.py:13: alter column user.name\n" in with_it.stdout
    assert "the models say server default x, the history says no server default\n" in with_it.stdout


def test_filters_of_migrate(project, plant):
    checkout = project("flask_app")
    plant(checkout, "app.py")
    hidden = 'include_object=lambda thing, name, *rest: name != "phone"'
    checkout.replace("app.py", "Migrate(app, db)", f"Migrate(app, db, {hidden})")

    assert checkout.guard("check").returncode == 0


def test_batch_mode_of_migrate(project, plant):
    checkout = project("flask_app")
    checkout.replace("app.py", "Migrate(app, db)", "Migrate(app, db, render_as_batch=False)")
    plant(checkout, "app.py")

    assert checkout.guard("fix", "-m", "Add phone").returncode == 0
    assert "    op.add_column('user', " in checkout.git("diff", "--cached")


def test_directory_of_migrate(project, plant, shows):
    """Its commands are run where the application is, not beside the script directory."""
    checkout = project("flask_app")
    (checkout.path / "db").mkdir()
    checkout.git("mv", "migrations", "db/migrations")
    checkout.replace("app.py", "Migrate(app, db)", 'Migrate(app, db, directory="db/migrations")')
    checkout.git("mv", "app.py", "shop.py")
    checkout.commit("Move")

    clean = checkout.guard("check")
    plant(checkout, "shop.py")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert clean.returncode == 0, clean.stdout
    shows(clean, "clean", "anywhere", NAME="db/migrations", REVISIONS="3 revisions", TABLES="2 tables")
    assert fixed.returncode == 0, fixed.stdout
    assert checkout.git("diff", "--cached", "--name-only").startswith("db/migrations/versions/")


@pytest.mark.wide
def test_migrations_inside_the_package(project, plant):
    """The package's modules are no top-level ones: blog/logging.py must not hide the standard library's."""
    checkout = project("flask_factory")
    checkout.git("mv", "migrations", "blog/migrations")
    checkout.write("blog/json.py", "raise RuntimeError\n")
    checkout.replace("blog/extensions.py", "Migrate()", 'Migrate(directory="blog/migrations")')
    checkout.commit("Move")

    assert checkout.guard("check").returncode == 0
    plant(checkout, "blog/models.py")
    assert checkout.guard("check").returncode == 1
