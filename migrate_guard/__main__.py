"""python -m migrate_guard"""

import sys

from migrate_guard.cli import main

if __name__ == "__main__":
    sys.exit(main())
