"""python -m migrate_guard"""

import os
import sys

# The working directory comes first there: a project's own git/ or tomllib.py would hide what we import.
if sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from migrate_guard.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
