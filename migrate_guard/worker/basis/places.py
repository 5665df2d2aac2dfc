"""Whether a file is one of ours, of the snapshot or of the working tree."""

import os
import re

_INSTALLED = re.compile(r"[/\\](site|dist)-packages[/\\]")


def is_inside(path, folder):
    """Whether ``path`` is ``folder`` or below it; both absolute, and spelled alike."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def is_installed(path):
    """Whether ``path`` is a package's that pip has put there."""
    return _INSTALLED.search(path) is not None
