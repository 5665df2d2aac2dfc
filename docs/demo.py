"""Plays the whole story in a throwaway repository: python docs/demo.py FOLDER"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = "v0.1.0"
PLACEHOLDER = "<where-migrate-guard-lives>"

MODELS = """\
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(64), nullable=False)
"""
POST = """\

class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(120), nullable=False)
    author_id = db.Column(db.ForeignKey("user.id"), nullable=False)
"""
PHONE = "    phone = db.Column(db.String(20))\n"
TAG = """\

class Tag(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(32), nullable=False)
"""
COMMENT = """\

class Comment(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    text = db.Column(db.Text, nullable=False)
"""
APP = """\
from flask import Flask
from flask_migrate import Migrate

from models import db


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///blog.db"
    db.init_app(app)
    Migrate(app, db)
    return app
"""


class Stage:
    """The demo's folder, and the shell that its user types into."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.blog = folder / "blog"
        cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
        gone = ("GIT_", "PRE_COMMIT", "VIRTUAL_ENV", "PYTHON", "FLASK", "MIGRATE_GUARD", "SKIP")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(gone)}
        self.variables = {
            **kept,
            "PATH": os.pathsep.join([str(folder / "environment/bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", f"{cache}/pip"),
        }  # fmt: skip

    def say(self, text: str) -> None:
        print(f"\n# {text}", flush=True)

    def type(self, command: str, exits: int = 0) -> None:
        """Show ``command`` as typed, run it, and stop the demo where it does not end with ``exits``."""
        print(f"\n$ {command}", flush=True)
        done = subprocess.run(
            command, shell=True, cwd=self.blog, env=self.variables, stdin=subprocess.DEVNULL
        )
        if done.returncode != exits:
            sys.exit(f"demo: {command!r} ended with {done.returncode}, not {exits}.")

    def quietly(self, *command, cwd=None) -> None:
        done = subprocess.run(
            list(map(str, command)), cwd=cwd or self.blog, env=self.variables, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"demo: {' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")

    def write(self, name: str, text: str) -> None:
        (self.blog / name).write_text(text)

    def insert(self, name: str, after: str, text: str) -> None:
        file = self.blog / name
        file.write_text(file.read_text().replace(after, after + text, 1))


def readme_yaml(repo: Path | str) -> str:
    """The configuration that the README tells to paste, with its placeholder replaced."""
    text = (ROOT / "README.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1]
    return block.replace(PLACEHOLDER, str(repo))


def prepare(stage: Stage) -> None:
    stage.say("Setting up: a clone of migrate-guard with a tag, an environment with Flask, an empty blog.")
    stage.blog.mkdir(parents=True)
    (stage.folder / "gitconfig").write_text(
        "[user]\nname = Demo\nemail = demo@example.org\n[init]\ndefaultBranch = main\n"
    )
    clone = stage.folder / "migrate-guard"
    stage.quietly("git", "clone", "--quiet", ROOT, clone)
    stage.quietly("git", "tag", "--force", VERSION, cwd=clone)
    environment = stage.folder / "environment"
    stage.quietly(sys.executable, "-m", "venv", environment)
    stage.quietly(
        environment / "bin/python", "-m", "pip", "install", "--quiet", "flask-migrate", "flask-sqlalchemy"
    )
    stage.quietly("git", "init", "--quiet")
    stage.write("models.py", MODELS)
    stage.write("app.py", APP)
    stage.write(".gitignore", "__pycache__/\ninstance/\n.venv\n")
    (stage.blog / ".venv").symlink_to(environment)
    stage.quietly("flask", "db", "init")
    stage.quietly("flask", "db", "migrate", "-m", "users")
    stage.quietly("flask", "db", "upgrade")
    stage.write("models.py", MODELS + "\n" + POST)
    stage.quietly("flask", "db", "migrate", "-m", "posts")
    stage.quietly("git", "add", "--all")
    stage.quietly("git", "commit", "--quiet", "-m", "A blog")
    stage.write(".pre-commit-config.yaml", readme_yaml(clone))


def play(stage: Stage) -> None:
    stage.say("A small Flask-Migrate blog, with two revisions. The guard is added to it:")
    stage.type("cat .pre-commit-config.yaml")
    stage.type("pre-commit install")
    stage.type("git add .pre-commit-config.yaml && git commit -q -m 'Guard the migrations'")

    stage.say("A model changes, and nobody thinks of the migration:")
    stage.insert("models.py", MODELS, PHONE)
    stage.type("git diff -U0 models.py")
    stage.type("git commit -a -m 'Users have a phone'", exits=1)

    stage.say("The one command that mends it:")
    stage.type('migrate-guard fix -m "add phone to user"')
    stage.type("git commit -a -m 'Users have a phone'")

    stage.say("Two branches, and each adds a revision:")
    for branch, after, model in (
        ("tags", "db = SQLAlchemy()\n", "\n" + TAG),
        ("comments", POST, "\n" + COMMENT),
    ):
        stage.type(f"git switch -q -c {branch} main")
        stage.insert("models.py", after, model)
        stage.type(f'migrate-guard fix -m "{branch}"')
        stage.type(f"git commit -q -a -m 'The blog has {branch}'")
    stage.type("git switch -q main && git merge -q tags")
    stage.type("git merge comments", exits=1)

    stage.say("Again the command is in the message:")
    stage.type("flask db merge -m 'merge heads' heads")
    stage.type("git add --all && git commit -q -m 'Merge comments'")
    stage.type("git log --graph --format=%s")


def main(folder: str) -> None:
    path = Path(folder).resolve()
    shutil.rmtree(path, ignore_errors=True)
    stage = Stage(path)
    prepare(stage)
    play(stage)
    stage.say(f"That was all. The blog is in {os.path.relpath(stage.blog)}.")


if __name__ == "__main__":
    main(sys.argv[1])
