"""Files of the working tree that were read past a source."""

import os
from collections.abc import Iterable

from migrate_guard.repository.source import WORKING_TREE, Source


def differing(judged: Source, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that say something else on disk. What git ignores is shown to the project as it is there."""
    wanted = [] if judged.kind == WORKING_TREE else sorted(paths)
    texts = judged.read(wanted) if wanted else {}
    untracked = set(judged.repo.untracked()) if wanted and len(texts) < len(wanted) else set()
    return [
        path
        for path in wanted
        if path in untracked or (path in texts and _differs(judged, path, texts[path]))
    ]


def _differs(judged, path, text):
    try:
        with open(os.path.join(judged.repo.root, path), "rb") as file:
            return file.read() != text
    except OSError:
        return True
