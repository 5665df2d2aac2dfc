"""The alembic Config of an environment: from its files, from Flask-Migrate, or from a function of the project's."""

import asyncio
import inspect
import os
from importlib import import_module

from migrate_guard.worker import compat
from migrate_guard.worker.failures import CannotCheck

_HOW = 'Name it so: config = "package.module:function" in [[tool.migrate-guard.environments]].'
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def launcher(start):
    """A function that calls its argument with a Config, where and as the project wants it called."""
    if start.config:
        return _Function(start)
    make = _of_flask_migrate if start.flask else _of_files

    def launch(body):
        body(make(start))

    return launch


def _of_files(start):
    ini = os.path.join(start.root, start.ini) if start.ini else ""
    pyproject = os.path.join(start.root, start.pyproject) if start.pyproject else ""
    return _located(compat.alembic_config(ini, pyproject, start.section), start)


def _of_flask_migrate(start):
    from flask import current_app

    migrate = current_app.extensions["migrate"].migrate
    directory = os.path.join(start.root, start.directory)
    return migrate.get_config(directory, x_arg=start.x or None, opts=["migrate"])


def _located(config, start):
    if start.set_location:
        config.set_main_option(
            "script_location", os.path.join(start.root, start.directory).replace("%", "%%")
        )
    return config


class _Function:
    """``config`` of the settings: it returns the Config, or takes a function and calls it with one.

    The second kind decides where env.py runs: in a thread, under an event loop, while a file of its own exists.
    """

    def __init__(self, start):
        self._start = start
        self._doing = "making the configuration with " + start.config

    def __call__(self, body):
        function = self._load()
        called = []

        def run(config):
            called.append(config)
            body(_located(config, self._start))

        takes_run = any(
            parameter.default is parameter.empty and parameter.kind in _POSITIONAL
            for parameter in inspect.signature(function).parameters.values()
        )
        made = function(run) if takes_run else function()
        if inspect.iscoroutine(made):
            made = asyncio.run(made)
        if not takes_run:
            run(made)
        elif not called:
            raise CannotCheck(self._doing, "it returned without calling the function that it was given")

    def _load(self):
        name, _, attribute = self._start.config.partition(":")
        try:
            function = getattr(import_module(name), attribute, None)
        except ModuleNotFoundError as error:
            if not (name + ".").startswith(str(error.name) + "."):
                raise
            raise CannotCheck(self._doing, f"there is no module {name}", _HOW) from None
        if not callable(function):
            raise CannotCheck(self._doing, f"{name} has no function {attribute!r}", _HOW)
        return function
