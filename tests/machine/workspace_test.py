"""Where our folders are."""

import subprocess
import sys

import pytest

LINES = """
import os, sys
sys.platform = sys.argv[1]
from migrate_guard.machine.workspace import cache_folder
print(cache_folder(os.environ), "platformdirs" in sys.modules)
"""


@pytest.mark.parametrize(
    "platform, named, folder",
    [
        pytest.param("linux", None, "/home of/.cache/migrate-guard", id="Linux"),
        pytest.param("darwin", None, "/home of/Library/Caches/migrate-guard", id="macOS"),
        pytest.param("linux", "relative", "/home of/.cache/migrate-guard", id="Linux, relative"),
        pytest.param("darwin", "relative", "/home of/Library/Caches/migrate-guard", id="macOS, relative"),
        pytest.param("linux", "", "/home of/.cache/migrate-guard", id="Linux, empty"),
        pytest.param("linux", "/named", "/named/migrate-guard", id="Linux, named"),
        pytest.param("darwin", "/named", "/named/migrate-guard", id="macOS, named"),
    ],
)
def test_cache_folder(variables, platform, named, folder):
    variables = {**variables, "HOME": "/home of"}
    del variables["XDG_CACHE_HOME"]
    if named is not None:
        variables["XDG_CACHE_HOME"] = named
    done = subprocess.run(
        [sys.executable, "-c", LINES, platform], env=variables, capture_output=True, text=True
    )
    assert done.stdout == f"{folder} {named != '/named'}\n", done.stderr
