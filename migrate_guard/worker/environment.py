"""Observe one Alembic environment: the order in which everything happens."""

import os
import sys
from contextlib import nullcontext

from alembic.script import ScriptDirectory

from migrate_guard.protocol import WRITE, ImportedElsewhere, Known, Progress, Written
from migrate_guard.worker import compat, flask_app, importing, operations, passes
from migrate_guard.worker.connections import Connections
from migrate_guard.worker.failures import CannotCheck, failed
from migrate_guard.worker.models import Models


def run(start, channel):
    """Follow the order ``start``; whatever the project raises becomes a message."""
    stage = _Stage(channel)
    try:
        _observe(start, channel, stage)
    except BaseException as error:
        channel.send(failed(stage.doing, error, start.root, channel))


class _Stage:
    """What is being done, for the message if it fails."""

    def __init__(self, channel):
        self._channel = channel
        self.doing = ""

    def enter(self, doing):
        self.doing = doing
        self._channel.send(Progress(doing))


def _observe(start, channel, stage):
    os.chdir(os.path.join(start.root, start.folder))
    sys.argv = ["flask", "db", "upgrade"] if start.flask else ["alembic", "upgrade", "heads"]
    importing.from_snapshot(start.root, start.work, start.folder, start.python_path)
    connections = Connections(channel)
    connections.install()
    passes.install()

    application = nullcontext()
    if start.flask:
        stage.enter("loading the Flask application")
        app = flask_app.load(start.app)
        application = app.app_context()
    with application:
        stage.enter("reading the settings of " + start.name)
        make_config = _config_maker(start)
        script = ScriptDirectory.from_config(make_config())
        stage.enter("reading the revisions of " + start.name)
        for revision in script.walk_revisions():
            channel.send(_known(revision, start.root))
        if start.mode == WRITE:
            _require_one_head(script, start.head)
        both = passes.Passes(make_config, script, connections, channel, start.root)
        stage.enter(f"running {start.name}/env.py")
        upgrade_failed = both.replay()
        if upgrade_failed:
            channel.send(upgrade_failed)
        else:
            context, dialect = both.compare(start.message, start.head)
            stage.enter("describing the differences")
            for operation in operations.messages(context.generated_revisions, Models(start.root), dialect):
                channel.send(operation)
            if start.mode == WRITE:
                stage.enter("writing the revision")
                _write(context, channel, start.root)
    for name, path in importing.imported_elsewhere(start.root, start.work):
        channel.send(ImportedElsewhere(name, path))


def _config_maker(start):
    def plain():
        ini = os.path.join(start.root, start.ini) if start.ini else ""
        pyproject = os.path.join(start.root, start.pyproject) if start.pyproject else ""
        return compat.alembic_config(ini, pyproject)

    def of_flask_migrate():
        from flask import current_app

        migrate = current_app.extensions["migrate"].migrate
        return migrate.get_config(os.path.join(start.root, start.name), opts=["migrate"])

    return of_flask_migrate if start.flask else plain


def _known(script, root):
    return Known(
        script.revision,
        list(_tuple(script.down_revision)),
        sorted(script.branch_labels or ()),
        list(_tuple(script.dependencies)),
        os.path.relpath(os.path.realpath(script.path), root),
    )


def _tuple(value):
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _require_one_head(script, chosen):
    heads = sorted(script.get_heads())
    if len(heads) > 1 and not chosen:
        raise CannotCheck(
            "writing the revision",
            "the history has several heads: " + ", ".join(heads),
            "Say on which of them to build: migrate-guard fix --head " + heads[0],
        )


def _write(context, channel, root):
    context.generated_revisions = [
        script
        for script in context.generated_revisions
        if not all(ops.is_empty() for ops in script.upgrade_ops_list)
    ]
    for script in context.generate_scripts():
        channel.send(Written(os.path.relpath(os.path.realpath(script.path), root)))
