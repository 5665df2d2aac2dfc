"""Find and load the project's Flask application as the flask command does."""

import ast
import importlib.util
import os

from migrate_guard.worker.basis.failures import CannotCheck

_FLASK = "flask"
_DOING = "loading the Flask application"
_NAME_IT = 'Name it: app = "module:factory()" in [tool.migrate-guard] of pyproject.toml, or set FLASK_APP.'


def load(app_setting):
    """The application: FLASK_APP (also from .flaskenv or .env), the setting, wsgi.py or app.py, or the one module
    at the root that builds one."""
    from flask import cli

    os.environ["FLASK_RUN_FROM_CLI"] = "true"  # as the flask command does: applications look at it
    cli.load_dotenv()
    by, chosen = _chosen(app_setting)
    _import(cli, by, chosen)
    try:
        return _build(cli, by, chosen)
    except Exception as first:
        # A package called app is what flask finds, and often not the module that builds the application.
        other = _builders(without=chosen[:-3]) if by == _FLASK else []
        if len(other) != 1:
            raise
        try:
            _import(cli, by, other[0])
            return _build(cli, by, other[0])
        except Exception:
            raise first from None


def _import(cli, by, chosen):
    """By hand, since flask turns the project's own ImportError into text."""
    name = cli.prepare_import(chosen.split(":")[0])
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        if not error.name or not (name + ".").startswith(error.name + "."):
            raise
        raise CannotCheck(_DOING, f"{by} names {chosen}, but there is no module {name}", _NAME_IT) from None


def _build(cli, by, chosen):
    try:
        app = cli.ScriptInfo(app_import_path=chosen).load_app()
    except cli.NoAppException as error:
        raise CannotCheck(_DOING, f"{by} names {chosen}: {error}", _NAME_IT) from None
    if "migrate" not in getattr(app, "extensions", {}):
        raise CannotCheck(
            _DOING,
            f"the application {chosen} has no Flask-Migrate: Migrate(app, db) was never called for it",
            'Name the one that has it: app = "module:factory()" in [tool.migrate-guard]. Where a command of the '
            "project calls it, declare the environment, with config = (docs/environments.md).",
        )
    return app


def _chosen(app_setting):
    """Who names the application, and its name as FLASK_APP takes it."""
    named = (
        ("FLASK_APP", os.environ.get("FLASK_APP")),
        ("[tool.migrate-guard]", app_setting),
        (_FLASK, _flask_default()),
    )
    found = [(by, name) for by, name in named if name]
    return found[0] if found else ("migrate-guard", _only_builder())


def _flask_default():
    for file in ("wsgi.py", "app.py"):
        if importlib.util.find_spec(file[:-3]) is not None:
            return file
    return None


def _only_builder():
    builders = _builders()
    if len(builders) == 1:
        return builders[0]
    found = "several modules build one: " + ", ".join(builders) if builders else "no module here builds one"
    raise CannotCheck(_DOING, "there is no FLASK_APP, wsgi.py or app.py, and " + found, _NAME_IT)


def _builders(without=""):
    """The modules and packages that build an application, by name."""
    folders = [folder for folder in (".", "src") if os.path.isdir(folder)]
    found = [
        name for folder in folders for name in sorted(os.listdir(folder)) if _builds_an_app(folder, name)
    ]
    names = [name[:-3] if name.endswith(".py") else name for name in found]
    return [name for name in names if name != without]


def _builds_an_app(folder, name):
    file = os.path.join(folder, name)
    file = os.path.join(file, "__init__.py") if os.path.isdir(file) else file
    if not file.endswith(".py") or not os.path.isfile(file) or name.startswith("test"):
        return False
    with open(file, "rb") as source:
        try:
            body = ast.parse(source.read()).body
        except SyntaxError:
            return False
    return any(map(_is_app_or_factory, body))


def _is_app_or_factory(statement):
    if isinstance(statement, ast.FunctionDef):
        return statement.name in ("create_app", "make_app")
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        return bool({"app", "application"} & set(names))
    return False
