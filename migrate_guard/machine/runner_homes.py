"""Where pre-commit and prek keep what is theirs, by their own rules: in ~/.cache on every platform."""

import os
from collections.abc import Mapping

# runner: the variable that names its folder
VARIABLES = {"pre-commit": "PRE_COMMIT_HOME", "prek": "PREK_HOME"}


def usual(runner: str, environ: Mapping[str, str]) -> str:
    """The folder of ``runner`` where no variable of its own names another one.

    A relative XDG_CACHE_HOME is to be ignored, says the XDG Base Directory Specification.
    """
    named = environ.get("XDG_CACHE_HOME", "")
    cache = named if os.path.isabs(named) else os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, runner)
