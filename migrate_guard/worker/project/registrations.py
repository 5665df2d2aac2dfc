"""What env.py registers with Alembic for the whole process, taken back before env.py runs once more.

Each of Alembic's commands is a process of its own. What a module registers while it is imported stays, since it is
imported once.
"""

import sys
from types import FrameType
from typing import Optional

from migrate_guard.worker.basis import compat

_ENV_PY = "env_py"  # Alembic's name for the module
_IMPORT = "<frozen importlib._bootstrap>"


class Registrations:
    """Remembers what was registered when it was installed."""

    def __init__(self):
        self._undo = []

    def install(self):
        for dispatcher in compat.dispatchers():
            dispatcher.dispatch_for = self._watched(dispatcher.dispatch_for)
        plugin = compat.plugin()
        if plugin:
            plugin.__init__ = self._watched_plugin(plugin.__init__)

    def take_back(self):
        """What was registered since is forgotten."""
        while self._undo:
            self._undo.pop()()

    def _watched(self, dispatch_for):
        def watched(dispatcher, *args, **kwargs):
            decorate = dispatch_for(dispatcher, *args, **kwargs)
            return self._noting(decorate, dispatcher._registry) if _by_env_py() else decorate

        return watched

    def _noting(self, decorate, registry):
        def noted(function):
            before = {
                key: list(value) if isinstance(value, list) else value for key, value in registry.items()
            }
            made = decorate(function)
            for key, value in registry.items():
                if isinstance(value, list):
                    self._undo += [
                        lambda v=value, item=item: v.remove(item)
                        for item in value[len(before.get(key, ())) :]
                    ]
                elif key not in before:
                    self._undo.append(lambda key=key: registry.pop(key))
                elif value is not before[key]:
                    self._undo.append(lambda key=key: registry.update({key: before[key]}))
            return made

        return noted

    def _watched_plugin(self, init):
        def watched(plugin, name):
            init(plugin, name)
            if _by_env_py():
                self._undo.append(plugin.remove)

        return watched


def _by_env_py():
    """Whether env.py itself is calling, and not a module that is being imported."""
    frame: Optional[FrameType] = sys._getframe(2)
    while frame and frame.f_code.co_filename != _IMPORT:
        if frame.f_globals.get("__name__") == _ENV_PY:
            return True
        frame = frame.f_back
    return False
