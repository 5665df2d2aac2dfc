"""Whether a file is one of ours, of the snapshot or of the working tree."""

import os


def is_inside(path, folder):
    """Whether ``path`` is ``folder`` or below it; both absolute, and spelled alike."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
