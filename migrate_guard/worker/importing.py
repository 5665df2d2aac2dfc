"""Import the project from the snapshot, whatever its environment says, and cache its bytecode there safely."""

import marshal
import os
import sys
from importlib.machinery import PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash

_CHECKED_HASH = (0b11).to_bytes(4, "little")  # PEP 552: the source is hashed at each load


def from_snapshot(root, work, folder, python_path):
    """Make the modules below ``root`` win over their twins below ``work``.

    An editable install names the working tree, on sys.path or in an import hook of its own, so each of its places
    is mapped onto the snapshot and ours are asked first.
    """
    places = [os.path.join(root, folder), root, os.path.join(root, folder, "src"), os.path.join(root, "src")]
    sys.path[:0] = [os.path.abspath(os.path.join(work, entry)) for entry in python_path]
    places += [_mapped(path, root, work) for path in sys.path]
    for name, module in list(sys.modules.items()):
        if name.startswith("__editable__"):
            targets = getattr(module, "MAPPING", {}).values()
            places += [_mapped(os.path.dirname(target), root, work) for target in targets]
    places = [place for place in dict.fromkeys(places) if place and os.path.isdir(place)]
    sys.meta_path.insert(0, _SnapshotFinder(root, places))
    sys.path[:] = places + [path for path in sys.path if _mapped(path, root, work) is None]
    sys.dont_write_bytecode = True
    _cache_by_hash(root)


def imported_elsewhere(root, work):
    """(module, path) of what exists in the snapshot but was imported from the working tree."""
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        mapped = _mapped(path, root, work) if isinstance(path, str) else None
        if mapped and os.path.exists(mapped):
            yield name, os.path.relpath(mapped, root)


def _mapped(path, root, work):
    real = os.path.realpath(path)
    if not _inside(real, work) or _inside(real, os.path.realpath(sys.prefix)) or _inside(real, root):
        return None
    return os.path.normpath(os.path.join(root, os.path.relpath(real, work)))


def _inside(path, folder):
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


class _SnapshotFinder:
    def __init__(self, root, places):
        self._root, self._places = root, places

    def find_spec(self, name, path=None, target=None):
        if path is None:
            places = self._places
        else:
            places = [entry for entry in path if _inside(os.path.realpath(str(entry)), self._root)]
        spec = PathFinder.find_spec(name, places, target) if places else None
        # A folder without __init__.py must not hide an installed package of its name.
        return spec if spec and spec.loader and spec.origin else None


def _cache_by_hash(root):
    """Bytecode for the snapshot that is checked by the source's hash.

    Its files change within one second and one size, which is all that the usual check looks at. Everything else
    is read from its cache as always and never written.
    """
    usual = SourceFileLoader.get_code

    def get_code(loader, fullname):
        path = loader.get_filename(fullname)
        if not _inside(os.path.abspath(path), root):
            return usual(loader, fullname)
        source = loader.get_data(path)
        header = MAGIC_NUMBER + _CHECKED_HASH + source_hash(source)
        cache = cache_from_source(path)
        try:
            with open(cache, "rb") as file:
                data = file.read()
        except OSError:
            data = b""
        if data.startswith(header):
            return marshal.loads(data[len(header) :])
        code = loader.source_to_code(source, path)
        _write_whole(cache, header + marshal.dumps(code))
        return code

    SourceFileLoader.get_code = get_code


def _write_whole(path, data):
    part = "{}.{}".format(path, os.getpid())
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(part, "wb") as file:
        file.write(data)
    os.replace(part, path)
