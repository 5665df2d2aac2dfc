"""The snapshot is what is imported, however the project is installed and whatever stands on sys.path."""

import os
import shutil
import subprocess
import sys

import pytest

NAME = "name = Column(String(50))"
NICK = "nick = Column(String(50))"

SETUPTOOLS = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
"""
HATCHLING = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""
UV = """
[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
"""
FLIT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
"""
MESON = """
[build-system]
requires = ["meson-python"]
build-backend = "mesonpy"
"""
PROJECT = """
[project]
name = "shop"
version = "0.1.0"
description = "A shop"
"""
MESON_BUILD = """
project('shop', version: '0.1.0')
python = import('python').find_installation(pure: true)
python.install_sources(
    'FOLDER/__init__.py', 'FOLDER/models.py', subdir: 'shop',
)
"""
RENAMED = '[tool.setuptools]\npackages = ["shop"]\npackage-dir = {shop = "code"}\n'

# style: (folder of the package, pyproject.toml, settings of the build backend)
STYLES = {
    "setuptools_flat": ("shop", SETUPTOOLS + '[tool.setuptools]\npackages = ["shop"]\n', []),
    "setuptools_src": ("src/shop", SETUPTOOLS, []),
    "setuptools_compat": ("src/shop", SETUPTOOLS, ["editable_mode=compat"]),
    "setuptools_finder": ("code", SETUPTOOLS + RENAMED, []),
    "setuptools_strict": ("src/shop", SETUPTOOLS, ["editable_mode=strict"]),
    "setuptools_strict_renamed": ("code", SETUPTOOLS + RENAMED, ["editable_mode=strict"]),
    "hatchling_path": ("lib/shop", HATCHLING + '[tool.hatch.build]\ndev-mode-dirs = ["lib"]\n'
                       '[tool.hatch.build.targets.wheel]\npackages = ["lib/shop"]\n', []),
    "hatchling_mapped": ("lib/shop", HATCHLING + '[tool.hatch.build]\ndev-mode-exact = true\n'
                         '[tool.hatch.build.targets.wheel]\npackages = ["lib/shop"]\n', []),
    "uv_build": ("lib/shop", UV + '[tool.uv.build-backend]\nmodule-root = "lib"\n', []),
    "flit": ("src/shop", FLIT, []),
    "meson_src": ("src/shop", MESON, []),
    "meson_renamed": ("code", MESON, []),
}  # fmt: skip

# what leads to the folder as another style does
AGAIN = {
    "setuptools_compat",
    "setuptools_finder",
    "setuptools_strict_renamed",
    "hatchling_mapped",
    "meson_renamed",
}


@pytest.fixture(scope="session")
def backends(foreign):
    return foreign("backends")


@pytest.fixture
def venv(tmp_path, environment):
    """An environment of the test's own, with all that the shared one holds."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (shared,) = environment.glob("lib/python*/site-packages")
    (site_packages(folder) / "shared.pth").write_text(f"{shared}\n")
    return folder


def site_packages(venv):
    (folder,) = venv.glob("lib/python*/site-packages")
    return folder


@pytest.fixture
def install(backends, venv):
    """``pip install`` of a checkout into the test's environment."""

    def run(checkout, *arguments, settings=()):
        words = [word for setting in settings for word in ("--config-settings", setting)]
        # meson is found on the PATH, and its finder remembers the Python that ran it
        path = os.pathsep.join([str(backends / "bin"), checkout.variables["PATH"]])
        done = checkout.run(
            backends / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-build-isolation",
            "--ignore-installed", "--prefix", venv, *words, *arguments, env={"PATH": path},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def shop(project, venv):
    return project("src_layout_editable", venv)


def lay_out(checkout, folder, pyproject):
    """Move the package to ``folder`` and commit."""
    if folder != "src/shop":
        (checkout.path / folder).parent.mkdir(exist_ok=True)
        shutil.move(checkout.path / "src" / "shop", checkout.path / folder)
        (checkout.path / "src").rmdir()
    checkout.write("pyproject.toml", pyproject + PROJECT)
    checkout.write("meson.build", MESON_BUILD.replace("FOLDER", folder))
    checkout.commit("Lay out")


def stage_and_edit(checkout, models, staged, on_disk):
    """Stage one content and leave the other on disk: same size, same time."""
    checkout.write(models, staged)
    checkout.git("add", models)
    stat = (checkout.path / models).stat()
    checkout.write(models, on_disk)
    os.utime(checkout.path / models, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def everything(folder):
    """Each file below ``folder`` with its time and size."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if ".git" not in path.relative_to(folder).parts and not path.is_dir():
            found[path.relative_to(folder)] = (path.lstat().st_mtime_ns, path.lstat().st_size)
    return found


def judged(checkout, *arguments, **options):
    """(exit code, the words of the output) of a check of the index."""
    done = checkout.guard("check", "--staged", *arguments, **options)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    "style", [pytest.param(style, marks=pytest.mark.wide) if style in AGAIN else style for style in STYLES]
)
@pytest.mark.wide(
    "setuptools_flat",
    "setuptools_src",
    "uv_build",
    "flit",
    "setuptools_strict",
    "hatchling_path",
    "meson_src",
)
def test_the_staged_models_are_judged(shop, install, style):
    folder, pyproject, settings = STYLES[style]
    lay_out(shop, folder, pyproject)
    install(shop, "--editable", ".", settings=settings)
    models = f"{folder}/models.py"
    text = (shop.path / models).read_text()
    before = everything(shop.path)

    stage_and_edit(shop, models, staged=text.replace(NAME, NICK), on_disk=text)
    code, output = judged(shop)
    assert code == 1, output
    assert "item.nick" in output

    stage_and_edit(shop, models, staged=text, on_disk=text.replace(NAME, NICK))
    assert judged(shop)[0] == 0

    changed = {path.as_posix() for path, stat in everything(shop.path).items() if before.get(path) != stat}
    assert changed == {models}


@pytest.mark.wide
def test_a_namespace_of_an_editable_install(shop, install):
    renamed = '[tool.setuptools]\npackages = ["acme.shop"]\npackage-dir = {"acme.shop" = "code"}\n'
    lay_out(shop, "code", SETUPTOOLS + renamed)
    shop.replace("migrations/env.py", "from shop.models", "from acme.shop.models")
    shop.commit("Name it")
    install(shop, "--editable", ".")
    code, output = judged(shop)
    assert code == 0, output
    drift_staged_only(shop, "code/models.py")
    assert judged(shop)[0] == 1


@pytest.fixture
def editable(shop, venv):
    """The project with its src folder on the path, as most editable installs have it."""
    (site_packages(venv) / "shop.pth").write_text(f"{shop.path / 'src'}\n")
    return shop


MODELS = "src/shop/models.py"


def test_bytecode_is_never_stale(editable):
    """Edits of one size, staged within one second."""
    text = (editable.path / MODELS).read_text()
    stat = (editable.path / MODELS).stat()
    for number in range(4):
        staged = text.replace(NAME, NICK) if number % 2 else text
        editable.write(MODELS, staged)
        os.utime(editable.path / MODELS, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        editable.git("update-index", "--add", "--cacheinfo", f"100644,{blob(editable)},{MODELS}")
        assert judged(editable)[0] == number % 2, f"run {number}"


def blob(checkout):
    return checkout.git("hash-object", "-w", MODELS).strip()


def test_bytecode_is_kept(editable):
    judged(editable)
    (cache,) = snapshots(editable)
    (compiled,) = (cache / "tree/src/shop/__pycache__").glob("models.*.pyc")
    first = compiled.stat().st_mtime_ns
    judged(editable)
    assert compiled.stat().st_mtime_ns == first
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b11  # checked by the source's hash


@pytest.mark.wide
def test_damaged_bytecode_is_made_anew(editable):
    judged(editable)
    (cache,) = snapshots(editable)
    (compiled,) = (cache / "tree/src/shop/__pycache__").glob("models.*.pyc")
    compiled.write_bytes(compiled.read_bytes()[:20])
    assert judged(editable)[0] == 0


def snapshots(checkout):
    return sorted((checkout.path.parent / "cache/migrate-guard/snapshots").iterdir())


def test_an_environment_inside_the_working_tree(project, tmp_path, venv):
    shop = project("src_layout_editable", venv)
    (site_packages(venv) / "shop.pth").write_text(f"{shop.path / 'src'}\n")
    shutil.move(venv, shop.path / ".venv")
    shop.write(".gitignore", ".venv/\n")
    shop.commit("Ignore it")
    del shop.variables["MIGRATE_GUARD_PYTHON"]
    drift_staged_only(shop)
    assert judged(shop)[0] == 1


def drift_staged_only(checkout, models=MODELS):
    text = (checkout.path / models).read_text()
    stage_and_edit(checkout, models, staged=text.replace(NAME, NICK), on_disk=text)


@pytest.mark.wide
def test_a_copy_installed_earlier_does_not_count(shop, install):
    shop.replace(MODELS, NAME, NAME + "\n    size = Column(Integer)")
    install(shop, ".")
    shop.git("checkout", "-q", ".")
    assert judged(shop)[0] == 0


@pytest.mark.wide
def test_modules_at_the_top(shop, venv):
    lay_out(shop, "shop", SETUPTOOLS)
    shop.write("limits.py", "NAME = 50\n")
    shop.replace("shop/models.py", "from sqlalchemy import", "import limits\nfrom sqlalchemy import")
    shop.commit("Use it")
    drift_staged_only(shop, "shop/models.py")
    assert judged(shop)[0] == 1


@pytest.mark.wide
def test_packages_without_init(editable):
    (editable.path / "src/shop/__init__.py").unlink()
    editable.commit("Make it a namespace")
    assert judged(editable)[0] == 0
    drift_staged_only(editable)
    assert judged(editable)[0] == 1


@pytest.mark.parametrize("name", ["click/notes.txt", "src/click/notes.txt", "src/calendar.py", "queue.py"])
@pytest.mark.wide("src/click/notes.txt", "src/calendar.py")
def test_what_only_has_the_name_hides_nothing(editable, name):
    """A folder that is no package, and modules named like the standard library's, on no path of the project's."""
    editable.write(name, "raise SystemExit('the wrong one')\n")
    imports = "import calendar, click, queue\ncalendar.Calendar, click.echo, queue.Queue\n"
    env = (editable.path / "migrations/env.py").read_text()
    # The worker itself has used queue.
    editable.write("migrations/env.py", "import sys\nsys.modules.pop('queue')\n" + imports + env)
    editable.commit("Import them")
    code, output = judged(editable)
    assert code == 0, output


@pytest.mark.parametrize("entry", ["lib", "{work}/lib", "missing:./lib", "."])
@pytest.mark.wide("{work}/lib", "missing:./lib", ".")
def test_pythonpath_of_the_working_tree(shop, entry):
    lay_out(shop, "shop" if entry == "." else "lib/shop", SETUPTOOLS)
    drift_staged_only(shop, "shop/models.py" if entry == "." else "lib/shop/models.py")
    code, output = judged(shop, env={"PYTHONPATH": entry.format(work=shop.path)})
    assert code == 1, output


def test_pythonpath_from_elsewhere(shop, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "limits.py").write_text("NAME = 50\n")
    shop.replace(MODELS, "from sqlalchemy import", "import limits\nfrom sqlalchemy import")
    shop.commit("Use it")
    assert judged(shop, env={"PYTHONPATH": str(tmp_path / "elsewhere")})[0] == 0


def test_settings_below_the_top(shop):
    """The folder of the environment comes before the top, where another service has a package of that name."""
    for name in ("alembic.ini", "migrations", "src"):
        shop.git("mv", name, f"backend-{name}")
    (shop.path / "backend").mkdir()
    for name in ("alembic.ini", "migrations", "src"):
        shutil.move(shop.path / f"backend-{name}", shop.path / "backend" / name)
    shop.write("src/shop/__init__.py", "raise SystemExit('the wrong one')\n")
    shop.commit("Move")
    drift_staged_only(shop, "backend/src/shop/models.py")
    assert judged(shop)[0] == 1


def test_the_working_tree_put_on_the_path_by_env_py(shop):
    lay_out(shop, "lib/shop", SETUPTOOLS)
    line = f"import sys\nsys.path.insert(0, {str(shop.path / 'lib')!r})\n"
    shop.write("migrations/env.py", line + (shop.path / "migrations/env.py").read_text())
    shop.commit("Put it on the path")
    drift_staged_only(shop, "lib/shop/models.py")
    assert judged(shop)[0] == 1


def test_prepended_path_comes_first(shop):
    lay_out(shop, "lib/shop", SETUPTOOLS)
    shop.write("shop/__init__.py", "raise SystemExit('the wrong one')\n")
    shop.replace("alembic.ini", "[alembic]", "[alembic]\nprepend_sys_path = lib")
    shop.commit("Prepend it")
    drift_staged_only(shop, "lib/shop/models.py")
    code, output = judged(shop)
    assert code == 1, output


def test_an_import_by_file_from_the_working_tree_is_an_error(editable):
    load = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('late', {str(editable.path / 'late.py')!r})\n"
        "sys.modules['late'] = late = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(late)\n"
    )
    editable.write("late.py", "")
    editable.write("migrations/env.py", load + (editable.path / "migrations/env.py").read_text())
    editable.commit("Load it")
    code, output = judged(editable)
    assert code == 2
    assert "late was imported from the working tree, not from what is judged." in output
    assert "Traceback" not in output


# how the project is installed: what makes its environment know the untracked package as well
UNTRACKED = {
    "path": "import sys; sys.path.append({place!r})",
    "hook": "import sys; from editables.redirector import RedirectingFinder as F; F.install(); "
    "F.map_module('extra', {place!r} + '/extra/__init__.py')",
}


@pytest.mark.parametrize("kind", UNTRACKED)
def test_an_untracked_package_is_not_found(editable, backends, venv, kind):
    lay_out(editable, "lib/shop", SETUPTOOLS)
    place = str(editable.path / "lib")
    shutil.copytree(site_packages(backends) / "editables", site_packages(venv) / "editables")
    (site_packages(venv) / "shop.pth").write_text(f"{place}\n{UNTRACKED[kind].format(place=place)}\n")
    editable.replace("lib/shop/models.py", "from sqlalchemy import", "import extra\nfrom sqlalchemy import")
    editable.commit("Use it")
    editable.write("lib/extra/__init__.py", "")
    code, output = judged(editable)
    assert code == 2
    assert "No module named 'extra'" in output
    assert "lib/extra/__init__.py is on disk but not in git: git add it." in output


@pytest.mark.wide
def test_what_a_pth_file_imports_is_imported_anew(editable, venv):
    (site_packages(venv) / "then.pth").write_text(f"{editable.path / 'src'}\nimport shop\n")
    shutil.rmtree(editable.path / "src/shop/__pycache__", ignore_errors=True)
    editable.write("src/shop/__init__.py", "from shop import models\n")
    editable.commit("Import at once")
    drift_staged_only(editable)
    code, output = judged(editable)
    assert code == 1, output


def test_a_large_ignored_module_is_no_import_from_elsewhere(editable):
    editable.write(".gitignore", "_generated.py\n")
    editable.replace(MODELS, "from sqlalchemy import", "import shop._generated\nfrom sqlalchemy import")
    editable.commit("Use it")
    editable.write("src/shop/_generated.py", ("#" * 79 + "\n") * 130_000)
    code, output = judged(editable)
    assert code == 0, output


def test_the_oldest_supported_python(project, floor_environment):
    shop = project("src_layout_editable", floor_environment)
    shop.write("src/calendar.py", "raise SystemExit('the wrong one')\n")
    shop.write("click/notes.txt", "")
    shop.replace(MODELS, "from sqlalchemy import", "import calendar\nimport click\nfrom sqlalchemy import")
    shop.commit("Use them")
    code, output = judged(shop)
    assert code == 0, output
    drift_staged_only(shop)
    assert judged(shop)[0] == 1
