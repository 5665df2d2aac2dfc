"""What to do about a module that the project's interpreter lacks."""

import pytest

from migrate_guard.advice.missing_module import hint, removed

INSTALL = (
    "Install it into the project's environment, or name the right one: python = in [tool.migrate-guard]."
)

# module, the file that gains a line, the line, what it gains
GAINED = {
    "pyproject": ("requests", "pyproject.toml", '+    "requests>=2.31",', "requests"),
    "requirements": ("requests", "requirements/base.txt", "+requests==2.31.0", "requests"),
    "poetry": ("requests", "pyproject.toml", '+requests = "^2.31"', "requests"),
    "pipfile": ("requests", "Pipfile", '+requests = "*"', "requests"),
    "conda": ("requests", "environment.yml", "+  - requests=2.31", "requests"),
    "setup": ("requests", "setup.py", "+    install_requires=['requests'],", "requests"),
    "extras": ("requests", "requirements.txt", "+requests[socks]>=2", "requests"),
    "submodule": ("requests.adapters", "requirements.txt", "+requests", "requests"),
    "dash_for_underscore": ("flask_login", "requirements.txt", "+Flask-Login>=0.6", "Flask-Login"),
    "underscore": ("flask_login", "requirements.txt", "+flask_login", "flask_login"),
    "dot": ("zope.interface", "requirements.txt", "+zope.interface", "zope.interface"),
    "namespace": (
        "google.cloud.storage",
        "requirements.txt",
        "+google-cloud-storage",
        "google-cloud-storage",
    ),
    "upper_case": ("yaml", "requirements.txt", "+PyYAML==6", "PyYAML"),
    "prefix": ("dotenv", "requirements.txt", "+python-dotenv", "python-dotenv"),
    "suffix": ("psycopg2", "requirements.txt", "+psycopg2-binary", "psycopg2-binary"),
    "another_name": ("MySQLdb", "requirements.txt", "+mysqlclient", "mysqlclient"),
    "before_a_comment": ("requests", "requirements.txt", "+requests  # for webhooks", "requests"),
}


@pytest.mark.parametrize("case", GAINED)
def test_a_dependency_of_this_commit(case):
    module, path, line, gained = GAINED[case]
    assert hint(module, {"setup.cfg": ["+other"], path: ["+x", line]}, {}) == (
        f"{path} gains {gained} in this commit; sync your environment."
    )


FALSE_FRIENDS = {
    "inside_a_name": ("re", "+requests"),
    "beginning_of_a_name": ("flask", "+flask-login"),
    "beginning_with_underscore": ("flask", "+flask_login"),
    "end_of_a_name": ("login", "+flask-login"),
    "after_a_dot": ("interface", "+zope.interface"),
    "before_a_dot": ("shop", '+app = "shop.web:make_app()"'),
    "comment": ("requests", "+# requests are limited"),
    "trailing_comment": ("webhooks", "+requests  # for webhooks"),
}


@pytest.mark.parametrize("case", FALSE_FRIENDS)
def test_false_friends(case):
    module, line = FALSE_FRIENDS[case]
    assert hint(module, {"requirements.txt": [line]}, {}) == INSTALL


# module, path on disk
ON_DISK = {
    "module": ("extra", "extra.py"),
    "module_in_src": ("extra", "src/extra.py"),
    "module_of_a_package": ("shop._version", "src/shop/_version.py"),
    "package": ("shop.extra", "shop/extra/__init__.py"),
    "package_without_init": ("shop.extra", "shop/extra/models.py"),
    "folder": ("shop.generated", "shop/generated/"),
    "folder_around": ("shop.generated.tables", "src/shop/generated/"),
    "compiled": ("shop.fast", "shop/fast.cpython-311-x86_64-linux-gnu.so"),
    "compiled_for_any": ("shop.fast", "shop/fast.abi3.so"),
    "compiled_plain": ("shop.fast", "shop/fast.so"),
}


@pytest.mark.parametrize("case", ON_DISK)
def test_what_is_on_disk_only(case):
    module, path = ON_DISK[case]
    others = {"notes.txt": "untracked", "shop/faster.py": "untracked", "extras/": "ignored"}
    assert hint(module, {}, {**others, path: "untracked"}) == f"{path} is on disk but not in git: git add it."
    assert hint(module, {}, {**others, path: "ignored"}) == (
        f'git ignores {path}; show it: overlay = ["{path}"] in [tool.migrate-guard].'
    )


@pytest.mark.parametrize(
    "path", ["xextra.py", "extra.pyc", "extra.txt", "extra/data.json", "my-extra.py", "extra"]
)
def test_files_that_are_not_it(path):
    assert hint("extra", {}, {path: "untracked"}) == INSTALL


def test_the_module_itself_comes_before_what_surrounds_it():
    on_disk = {"shop/": "ignored", "shop/extra/deep.py": "untracked", "shop/extra.py": "untracked"}
    assert hint("shop.extra", {}, on_disk).startswith("shop/extra.py ")


def test_the_dependency_comes_first():
    assert hint("extra", {"requirements.txt": ["+extra"]}, {"extra.py": "untracked"}).startswith(
        "requirements"
    )


# module, what the commit removes, what is said of it
REMOVED = {
    "deleted": ("post", {"post.py": ""}, "post.py"),
    "renamed": ("post", {"post.py": "blogpost.py"}, "post.py (now blogpost.py)"),
    "in_src": ("shop.post", {"src/shop/post.py": ""}, "src/shop/post.py"),
    "package": (
        "shop",
        {"shop/__init__.py": "store/__init__.py"},
        "shop/__init__.py (now store/__init__.py)",
    ),
    "another_one": ("post", {"blogpost.py": "", "post/text.py": "", "post.txt": ""}, ""),
}


@pytest.mark.parametrize("case", REMOVED)
def test_a_module_that_this_commit_removes(case):
    module, paths, said = REMOVED[case]
    expected = f"This commit deletes {said}; migrations/env.py:21 still imports it." if said else ""
    assert removed(module, paths, "migrations/env.py:21") == expected


def test_a_package_of_another_version():
    assert hint("flask.ext", {}, {}, "flask 3.1.0").startswith(
        "flask 3.1.0 is installed and has no flask.ext. "
    )
    assert hint("flask.ext", {"requirements.txt": ["+Flask==0.12"]}, {}, "flask 3.1.0").endswith(
        "sync your environment."
    )


def test_nothing_has_to_be_installed_for_a_name_of_the_projects_own():
    assert hint("shop.post", {}, {}, within_own=True) == ""
