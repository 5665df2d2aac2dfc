"""What the person wants of fix."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """``message`` is made from the operations where empty; ``head`` is the one to build on, where several are intended.

    ``staged``: for the index, not the working tree. ``stage``: add the new files to the index.
    """

    message: str = ""
    head: str = ""
    staged: bool = False
    stage: bool = True
