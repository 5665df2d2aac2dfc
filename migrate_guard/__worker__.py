"""Starts the worker in the project's interpreter: python -I __worker__.py LOG [keeper]; nothing imports this file.

The conversation (protocol/) runs over the standard input and output that it was started with; LOG takes what the
project prints. The keeper makes scratch databases at an address, and imports nothing of the project's. This file
has to run on any Python 3, so that one too old can be told.
"""

import os
import sys


def main():
    if sys.version_info < (3, 8):
        import json

        found = "Python %d.%d" % sys.version_info[:2]
        print(json.dumps(["Unsupported", {"found": found, "needed": "Python 3.8"}]))
        return
    import importlib.util

    # By location, and nothing of ours on sys.path: the project may own modules of any name.
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "migrate_guard", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec and spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules["migrate_guard"] = package
    spec.loader.exec_module(package)

    if sys.argv[2:] == ["keeper"]:
        from migrate_guard.worker.keeper.main import keep as run
    else:
        from migrate_guard.worker.main import work as run

    run(sys.argv[1])


if __name__ == "__main__":
    main()
