"""Import the project from the snapshot, whatever its environment says, and cache its bytecode there safely."""

import json
import marshal
import os
import sys
import sysconfig
from importlib.machinery import PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash, spec_from_file_location

import migrate_guard
from migrate_guard.worker.basis.places import is_inside

_CHECKED_HASH = (0b11).to_bytes(4, "little")  # PEP 552: the source is hashed at each load
_OURS = os.path.dirname(os.path.abspath(migrate_guard.__file__))


def from_snapshot(root, work, folder, python_path):
    """Make the modules below ``root`` win over their twins below ``work``, which can be imported no more.

    An editable install names the working tree, on sys.path or in an import hook of its own. Each of its answers is
    mapped onto the snapshot, and so is what the project puts on sys.path later.
    """
    twins = _Twins(root, work)
    guessed = _guessed(root, folder)
    # PYTHONPATH is relative to where a command is typed: at the top, or beside the settings.
    given = [
        os.path.join(base, entry) for entry in python_path for base in (os.path.join(work, folder), work)
    ]
    # as it stands: an entry may be no path, but a word for an import hook
    paths = [(twins.of(os.path.abspath(path)), path) for path in [*given, *sys.path]]
    mapped = [twin for twin, _ in paths if twin and os.path.exists(twin)]
    unmapped = [path for twin, path in paths if twin and twin not in mapped]
    sys.path[:] = dict.fromkeys([*mapped, *guessed, *(path for twin, path in paths if not twin)])
    for name, _ in list(_imported_from(twins)):
        del sys.modules[name]  # a .pth file has imported it
    for finder in sys.meta_path:
        _keep_from_building(finder)
    sys.meta_path.insert(0, _Finder(twins, set(guessed).difference(mapped), unmapped))
    sys.dont_write_bytecode = True
    _cache_by_hash(root)


def imported_elsewhere(root, work):
    """(module, path) of what was imported from the working tree."""
    for name, twin in _imported_from(_Twins(root, work)):
        yield name, os.path.relpath(twin, root)


def _imported_from(twins):
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        twin = twins.of(path) if isinstance(path, str) and not is_inside(path, _OURS) else None
        if twin:
            yield name, twin


def _guessed(root, folder):
    """Where projects keep their modules that are not installed, or installed as a copy."""
    bases = [os.path.join(root, folder) if folder else root, root]
    sources = [os.path.join(base, "src") for base in bases]
    # with an __init__.py it is a package called src
    sources = [path for path in sources if not os.path.exists(os.path.join(path, "__init__.py"))]
    return [path for path in dict.fromkeys(bases + sources) if os.path.isdir(path)]


class _Twins:
    """The places of the working tree, and where each of them would be in the snapshot."""

    def __init__(self, root, work):
        self._root, self._work = root, work
        paths = sysconfig.get_paths()
        places = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        real = map(os.path.realpath, [sys.prefix, sys.base_prefix, sys.exec_prefix, *places])
        # An environment may lie in the working tree, or be the folder above it (/usr).
        self._installed = [place for place in dict.fromkeys(real) if not is_inside(work, place)]
        self._real = {}

    def of(self, path):
        """The twin of ``path``; None where it is not the working tree's."""
        real = self._realpath(path)
        if not is_inside(real, self._work) or is_inside(real, self._root) or self._is_installed(real):
            return None
        return os.path.normpath(os.path.join(self._root, os.path.relpath(real, self._work)))

    def of_place(self, path):
        """``path`` itself if it is the snapshot's, else its twin."""
        path = os.path.abspath(path)
        return path if is_inside(path, self._root) else self.of(path)

    def _realpath(self, path):
        folder, name = os.path.split(path)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        file = os.path.join(self._real[folder], name)
        # A link in the snapshot is one of ours, to a file too large to be copied.
        return os.path.realpath(file) if os.path.islink(file) and not is_inside(file, self._root) else file

    def _is_installed(self, real):
        parts = os.path.relpath(real, self._work).split(os.sep)
        known = any(is_inside(real, place) for place in self._installed)
        return known or "site-packages" in parts or "dist-packages" in parts


class _Finder:
    """Asked first of all. ``guessed`` and ``unmapped``: places of the snapshot, and of the working tree alone."""

    def __init__(self, twins, guessed, unmapped):
        self._twins, self._guessed, self._unmapped = twins, guessed, unmapped

    def find_spec(self, name, path=None, target=None):
        if path is None and _is_standard(name):
            return self._find_standard(name)
        places = [self._twins.of_place(entry) for entry in (sys.path if path is None else map(str, path))]
        places = [place for place in places if place]
        spec = PathFinder.find_spec(name, places, target) if places else None
        # A folder without __init__.py must not hide an installed package of its name.
        return spec if spec and spec.origin else self._find_elsewhere(name, path, target)

    def _find_standard(self, name):
        """What is merely guessed to be a place for modules must not hide the standard library."""
        if name in sys.builtin_module_names:
            return None
        places = [self._twins.of_place(path) or path for path in sys.path if path not in self._guessed]
        return PathFinder.find_spec(name, places)

    def _find_elsewhere(self, name, path, target):
        if path is not None:
            path = [self._twins.of(str(entry)) or entry for entry in path]
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec:
                return self._of_snapshot(spec)
        # setuptools' strict installs put a folder of links to the project's files on sys.path
        spec = PathFinder.find_spec(name, self._unmapped) if path is None else None
        return self._of_snapshot(spec) if spec else None

    def _of_snapshot(self, spec):
        if not spec.has_location:
            return self._namespace(spec)
        twin = self._twins.of(spec.origin)
        if twin is None:
            return spec
        if not os.path.exists(twin):
            raise _missing(spec.name)
        inner = None if spec.submodule_search_locations is None else [os.path.dirname(twin)]
        return spec_from_file_location(spec.name, twin, submodule_search_locations=inner)

    def _namespace(self, spec):
        places = [(place, self._twins.of(str(place))) for place in spec.submodule_search_locations or ()]
        if any(twin for _, twin in places):
            kept = [twin or place for place, twin in places if not twin or os.path.isdir(twin)]
            if not kept:
                raise _missing(spec.name)
            spec.submodule_search_locations = kept
        return spec


def _missing(name):
    """It is on disk, but not in what is judged."""
    return ModuleNotFoundError(f"No module named {name!r}", name=name)


def _is_standard(name):
    known = getattr(sys, "stdlib_module_names", None)
    if known is not None:
        return name in known
    # before Python 3.10
    place = os.path.join(sysconfig.get_paths()["stdlib"], name)
    is_there = os.path.exists(place + ".py") or os.path.exists(os.path.join(place, "__init__.py"))
    return name in sys.builtin_module_names or (is_there and name != "test")


def _keep_from_building(finder):
    """meson-python's finder runs the build, in the working tree, before it answers."""
    if type(finder).__name__ != "MesonpyMetaFinder":
        return

    def last_built():
        with open(os.path.join(finder._build_path, "meson-info", "intro-install_plan.json"), "rb") as file:
            return sys.modules[type(finder).__module__].collect(json.load(file))

    finder._rebuild = last_built


def _cache_by_hash(root):
    """Bytecode for the snapshot that is checked by the source's hash.

    Its files change within one second and one size, which is all that the usual check looks at. Everything else
    is read from its cache as always and never written.
    """
    usual = SourceFileLoader.get_code

    def get_code(loader, fullname):
        path = loader.get_filename(fullname)
        if not is_inside(os.path.abspath(path), root):
            return usual(loader, fullname)
        source = loader.get_data(path)
        header = MAGIC_NUMBER + _CHECKED_HASH + source_hash(source)
        cache = cache_from_source(path)
        code = _cached(cache, header)
        if code is None:
            code = loader.source_to_code(source, path)
            _write_whole(cache, header + marshal.dumps(code))
        return code

    SourceFileLoader.get_code = get_code


def _cached(cache, header):
    try:
        with open(cache, "rb") as file:
            data = file.read()
        return marshal.loads(data[len(header) :]) if data.startswith(header) else None
    except (OSError, EOFError, ValueError, TypeError):  # none, or a damaged one
        return None


def _write_whole(path, data):
    part = f"{path}.{os.getpid()}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(part, "wb") as file:
        file.write(data)
    os.replace(part, path)
