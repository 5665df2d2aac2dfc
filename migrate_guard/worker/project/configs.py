"""The alembic Config of an environment: from its files, from Flask-Migrate, or from a function of the project's."""

import asyncio
import copy
import inspect
import os
import re
from importlib import import_module

from alembic.config import Config

from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck
from migrate_guard.worker.basis.places import is_inside

_HOW = 'Name it so: config = "package.module:function" in [[tool.migrate-guard.environments]].'
# env.py hands its work to the event loop of an application, which runs it in a thread of that loop.
_WANTS_ANYIO = "AnyIO worker thread"
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def launcher(place):
    """A function that calls its argument with a Config, where and as the project wants it called."""
    if place.config:
        return _Function(place)
    make = _of_flask_migrate if place.flask else _of_files

    def launch(body):
        try:
            body(make(place))
        except RuntimeError as error:
            if _WANTS_ANYIO not in str(error):
                raise
            anyio = import_module("anyio")
            anyio.run(anyio.to_thread.run_sync, body, make(place))

    return launch


def _of_files(place):
    ini = os.path.join(place.root, place.ini) if place.ini else ""
    pyproject = os.path.join(place.root, place.pyproject) if place.pyproject else ""
    return _located(compat.alembic_config(ini, pyproject, place.section), place)


def _of_flask_migrate(place):
    from flask import current_app

    migrate = current_app.extensions["migrate"].migrate
    directory = os.path.join(place.root, place.directory)
    config = migrate.get_config(directory, x_arg=list(place.x) or None, opts=["migrate"])
    _lead_inside(config, place)
    return config


def _located(config, place):
    _lead_inside(config, place)
    if place.set_location:
        config.set_main_option(
            "script_location", os.path.join(place.root, place.directory).replace("%", "%%")
        )
    return config


def _lead_inside(config, place):
    """Absolute paths of the working tree lead to the same places of the snapshot; no URL does, none of them is dialled."""
    section = config.config_ini_section
    if config.file_config.has_section(section):
        for name, value in config.file_config.items(section, raw=True):
            if value and not name.startswith("sqlalchemy."):
                moved = _moved(value, place)
                if moved != value:
                    config.set_main_option(name, moved)
    options = getattr(config, "toml_alembic_config", {})  # since Alembic 1.16
    for name, value in list(options.items()):
        if isinstance(value, str):
            options[name] = _moved(value, place)
        elif isinstance(value, list):
            options[name] = [_moved(one, place) if isinstance(one, str) else one for one in value]


def _moved(text, place):
    """``text`` with each path of the working tree as one of the snapshot, which may lie in that."""
    own = re.escape(os.path.relpath(place.root, place.work)) if is_inside(place.root, place.work) else "(?!)"
    return re.sub(rf"{re.escape(place.work)}(?=[/\\\s,:;]|$)(?!/{own})", lambda _: place.root, text)


class _Function:
    """``config`` of the settings: a Config, a function that returns it, or one that takes a function and calls it.

    The last kind decides where env.py runs: in a thread, under an event loop, while a file of its own exists.
    """

    def __init__(self, place):
        self._place = place
        self._doing = "making the configuration with " + place.config
        self._found = None

    def __call__(self, body):
        self._found = self._found or self._load()
        called = []

        def run(config):
            called.append(config)
            body(_located(config, self._place))

        if isinstance(self._found, Config):
            return run(copy.copy(self._found))
        takes_run = any(
            parameter.default is parameter.empty and parameter.kind in _POSITIONAL
            for parameter in inspect.signature(self._found).parameters.values()
        )
        made = self._found(run) if takes_run else self._found()
        if inspect.iscoroutine(made):
            made = asyncio.run(made)
        if not takes_run:
            run(made)
        elif not called:
            raise CannotCheck(self._doing, "it returned without calling the function that it was given")

    def _load(self):
        """What the expression after the colon is in the module before it."""
        name, _, expression = self._place.config.partition(":")
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            if not (name + ".").startswith(str(error.name) + "."):
                raise
            raise CannotCheck(self._doing, f"there is no module {name}", _HOW) from None
        if expression.isidentifier() and not hasattr(module, expression):
            raise CannotCheck(self._doing, f"{name} has no function {expression!r}", _HOW)
        found = eval(expression, dict(vars(module)))
        if not (callable(found) or isinstance(found, Config)):
            raise CannotCheck(self._doing, f"{expression} of {name} is neither a function nor a Config", _HOW)
        return found
