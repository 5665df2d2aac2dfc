"""Locks on folders, which go with the process that holds them however it ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

_FILE = ".lock"


@contextlib.contextmanager
def holding(folder: str, shared: bool = False) -> Iterator[None]:
    """For the time of the block nobody else holds ``folder``; with ``shared``, nobody holds it alone."""
    with _held(_open(folder), fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def holding_folder(folder: str) -> Iterator[None]:
    """The same of a folder of somebody else's, in which no file is made."""
    with _held(os.open(folder, os.O_RDONLY | os.O_DIRECTORY), fcntl.LOCK_EX):
        yield


def hold(folder: str) -> int | None:
    """A descriptor that holds ``folder`` alone until it is closed; None where somebody else does."""
    lock = _open(folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def since(folder: str) -> float:
    """The time when ``folder`` was first held."""
    return os.stat(os.path.join(folder, _FILE)).st_mtime


@contextlib.contextmanager
def _held(lock, how):
    try:
        fcntl.flock(lock, how)
        yield
    finally:
        os.close(lock)


def _open(folder):
    return os.open(os.path.join(folder, _FILE), os.O_RDWR | os.O_CREAT, 0o600)
