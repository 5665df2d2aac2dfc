"""Whether the project asks for a repository: the snapshot has one only where it does."""

import os
import pathlib
import re
import sys

from migrate_guard.protocol.messages import RepositoryWanted

_LISTING = ("open", "os.listdir", "os.scandir")
# The arguments of each event that hold a command
_STARTING = {"subprocess.Popen": (0, 1), "os.exec": (0, 1), "os.posix_spawn": (0, 1), "os.system": (0,)}
_COMMAND = re.compile(r"(?:^|[\s/;&|(`\"'])git(?:$|[\s\"'])")


def prepare(root, channel):
    """Tell it as soon as somebody looks for the repository of ``root`` in vain, and keep git to what is in there."""
    # A folder around the snapshot may be a repository: the user's own, where the cache lies in it.
    os.environ["GIT_CEILING_DIRECTORIES"] = os.path.dirname(root)
    own = os.path.join(root, ".git")
    if os.path.lexists(own):
        # Never /dev/null: `git config --global` puts another file in its place.
        os.environ["GIT_CONFIG_GLOBAL"] = os.path.join(own, "of-the-user")
        os.environ["GIT_CONFIG_SYSTEM"] = os.path.join(own, "of-the-system")
        os.environ.update(GIT_NO_LAZY_FETCH="1", GIT_TERMINAL_PROMPT="0")
        return
    watch = _Watch(own, channel)
    sys.addaudithook(watch.heard)
    for name in ("stat", "lstat"):
        _wrap(name, watch)


class _Watch:
    def __init__(self, own, channel):
        self._own, self._channel = own, channel
        self._told = False

    def heard(self, event, arguments):
        if self._told:
            return
        if event in _LISTING:
            self.looked(arguments[0])
        elif event in _STARTING:
            words = (word for at in _STARTING[event] for word in _words(arguments[at]))
            if any(map(_COMMAND.search, words)):
                self._tell()

    def looked(self, path):
        if self._told or not isinstance(path, (str, bytes, os.PathLike)):
            return
        text = os.fsdecode(path)
        if ".git" in text:
            place = os.path.abspath(text)
            if place == self._own or place.startswith(self._own + os.sep):
                self._tell()

    def _tell(self):
        self._told = True
        self._channel.send(RepositoryWanted())


def _words(value):
    if isinstance(value, (str, bytes, os.PathLike)):
        return [os.fsdecode(value)]
    return [os.fsdecode(one) for one in value or () if isinstance(one, (str, bytes, os.PathLike))]


def _wrap(name, watch):
    """No audit event tells of these."""
    usual = getattr(os, name)

    def asked(path, *arguments, **options):
        watch.looked(path)
        return usual(path, *arguments, **options)

    setattr(os, name, asked)
    for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if usual in known:
            known.add(asked)
    accessor = getattr(pathlib, "_normal_accessor", None)  # until Python 3.10 it holds its own
    if accessor:
        setattr(accessor, name, asked)
