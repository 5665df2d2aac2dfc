"""Observe one Alembic environment: the order in which everything happens."""

import os
import sys
import warnings
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Dict, NamedTuple

from alembic import command
from alembic.script import ScriptDirectory

from migrate_guard.protocol.messages import (
    BeginOrder,
    CheckOrder,
    Comparing,
    DowngradeFailed,
    DumpOrder,
    Ignored,
    ImportedElsewhere,
    Known,
    MergeOrder,
    NoWayBack,
    OrdersWanted,
    Progress,
    ProveOrder,
    Remark,
    Renaming,
    ReplayOrder,
    RowsOrder,
    UpgradeFailed,
    WriteOrder,
    Written,
)
from migrate_guard.worker import passes
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck, failed
from migrate_guard.worker.basis.places import is_inside, is_installed
from migrate_guard.worker.compare import operations, proof
from migrate_guard.worker.compare.both import Both
from migrate_guard.worker.compare.elsewhere import Elsewhere
from migrate_guard.worker.compare.live import Live
from migrate_guard.worker.compare.models import Models
from migrate_guard.worker.connections.door import install as install_connections
from migrate_guard.worker.project import configs, flask_app, git_asked, importing, post_write, urls
from migrate_guard.worker.project.asked import Asked
from migrate_guard.worker.project.reads import Reads
from migrate_guard.worker.rows.tested import Tested
from migrate_guard.worker.write import additions, drafts
from migrate_guard.worker.write.renames import Renames, outermost
from migrate_guard.worker.write.runnable import make_runnable
from migrate_guard.worker.write.whole_files import expect_whole_files

_CROSSED = (
    "An operation that a plugin or the project put into the migration stands before, or after, others than in Alembic's draft: "
    "those need it so. Look at it."
)
# Where a comparison drafts a revision that nobody will write
_USUAL = WriteOrder()


def run(order, channel):
    """Follow the ``order``; whatever the project raises becomes a message."""
    stage, asked = _Stage(channel), Asked(order.place)
    asked.install()
    try:
        _observe(order, channel, stage)
    except BaseException as error:
        channel.send(failed(stage.doing, error, order.place.root, channel, asked.advice(error)))


class _Stage:
    """What is being done, for the message if it fails."""

    def __init__(self, channel):
        self._channel = channel
        self.doing = ""

    def enter(self, doing):
        self.doing = doing
        self._channel.send(Progress(doing))


def _observe(order, channel, stage):
    place = order.place
    os.chdir(os.path.join(place.root, place.folder))
    sys.argv = _command_line(place)
    git_asked.prepare(place.root, channel)
    reads = Reads(place.root, place.work)
    reads.install()
    importing.from_snapshot(place.root, place.work, place.folder, place.python_path)
    urls.install(place.dialect)
    os.environ["MIGRATE_GUARD"] = "1"  # for a project that has to do without something here
    connections = install_connections(channel, place.root)
    live = Live(connections.exchange, place.root)
    live.install()
    elsewhere = Elsewhere(connections.exchange, place.root)
    elsewhere.install()
    passes.install()
    post_write.install(place.root, place.work)

    application = nullcontext()
    if place.flask:
        stage.enter("loading the Flask application")
        app = flask_app.load(place.app)
        application = app.app_context()
    with application:
        making = "making the configuration with " + place.config
        stage.enter(making if place.config else "reading the settings of " + place.name)
        launch = configs.launcher(place)
        environment = _Environment(order, channel, stage, connections, live, elsewhere, reads)
        for one in environment.passes():
            with _taken_back():
                launch(one)
            if environment.failed:
                break
        environment.tell_what_came()
    _tell_imported_elsewhere(place, channel)


def _tell_imported_elsewhere(place, channel):
    for name, path in importing.imported_elsewhere(place.root, place.work):
        channel.send(ImportedElsewhere(name, path))


class _Environment:
    """Passes over env.py, each with the Config that it is given; after one has ``failed`` there is no other."""

    def __init__(self, order, channel, stage, connections, live, elsewhere, reads):
        self._order, self._place = order, order.place
        self._channel, self._stage = channel, stage
        self._connections, self._live, self._reads = connections, live, reads
        self._elsewhere = elsewhere
        self._shapes = proof.Shapes(connections.sessions)
        self._statements = proof.Statements(connections.exchange)
        self._both = Both(connections) if self._place.two_databases else None
        self._tested = Tested(order if isinstance(order, RowsOrder) else RowsOrder(), connections.sessions)
        self._renames = Renames()
        self._names = {}
        self._told = False
        self._one_way = self._has_below = False
        self.failed = False

    def passes(self):
        """Lazily: each depends on what came of those before it."""
        return _PASSES[type(self._order)](self)

    def _check(self):
        yield from (partial(self._replay, first=self._order.first), self._compare)

    def _only_replay(self):
        yield self._replay

    def _write(self):
        yield from (self._replay, self._compare_and_write)
        while self._renames.waiting:
            yield from (self._rename, self._compare_and_write)

    def _dump(self):
        yield from (partial(self._replay, to=self._order.to), self._stand)

    def _prove(self):
        self._statements.install()
        yield from (partial(self._replay, without=self._order.proved), self._upgrade, self._compare)
        if not self._one_way:
            yield from (self._downgrade, self._upgrade_again)

    def _prove_on_rows(self):
        order, tested = self._order, self._tested
        yield self._replay_below if order.below else partial(self._replay, without=order.proved)
        yield partial(self._fill, tested.filling())
        if order.below and not (tested.has_rows and self._has_below):
            yield partial(self._upgrade_on_rows, without=order.proved)
            yield partial(self._fill, tested.filling())
        elif order.below:
            yield partial(self._upgrade_on_rows, without=order.proved if order.alone else (), together=True)
            if order.alone:
                yield partial(self._fill, tested.looking(downgraded=False, together=True))
                return
            looking = tested.looking(downgraded=False, together=True)
            yield partial(self._downgrade, before=looking) if order.back else partial(self._fill, looking)
            if tested.lost or not order.back:
                return
            yield partial(self._fill, tested.filling(tested.looking(downgraded=True, together=True)))
        if tested.lost or not tested.has_rows:
            return
        yield self._upgrade_on_rows
        if order.back:
            yield partial(self._downgrade, before=tested.looking(downgraded=False))
        yield partial(self._fill, tested.looking(downgraded=order.back))

    def _merge(self):
        yield self._join

    def _begin(self):
        yield self._make_models

    def tell_what_came(self):
        """What can be told in the end alone: of the proof, and of what was imported; once for each comparison."""
        if not self._told:
            told = [*self._shapes.messages(self._names), *self._statements.messages(self._names)]
            told += self._tested.messages()
            for message in (
                *told,
                *self._live.messages(),
                *self._elsewhere.messages(),
                *self._reads.messages(),
            ):
                self._channel.send(message)
        self._told = True

    def _new_pass(self, config, both=None):
        place = self._place
        script = ScriptDirectory.from_config(config)
        self._require_inside(script)
        return script, passes.Pass(
            config, script, self._connections, self._live, self._channel, place.root, list(place.x), both
        )

    def _replay(self, config, to=("heads",), without=(), first=""):
        script, replaying = self._new_pass(config)
        running = f"running {self._place.directory}/env.py"

        def read():
            self._require_inside(script)  # env.py may have said where they are
            self._stage.enter("reading the revisions of " + self._place.name)
            for revision in script.walk_revisions():
                self._require_judged(script, revision)
                self._channel.send(_known(revision, self._place.root))
            self._stage.enter(running)

        self._stage.enter(running)
        failed = replaying.replay(read, to, without, first)
        self._elsewhere.stop()
        self._tell(UpgradeFailed, failed)

    def _require_inside(self, script):
        """What is judged is the snapshot: neither read nor written is what lies elsewhere, packages aside."""
        # not _version_locations: it is remembered once it is read, and env.py may have another word to say
        usual = os.path.join(script.dir, "versions")
        for folder in [script.dir, *(script.version_locations or [usual])]:
            real = os.path.realpath(str(folder))
            is_package = not os.path.isabs(str(folder)) and ":" in str(folder)
            if not (is_package or is_inside(real, self._place.root) or is_installed(real)):  # a plugin's
                raise CannotCheck(
                    "reading the revisions of " + self._place.name,
                    f"{folder} is not part of what is judged",
                    "Name the folder by a path relative to the ini, as in %(here)s/versions.",
                )

    def _require_judged(self, script, revision):
        """A single file may be a link that leads out of its folder, and Alembic follows it."""
        real = os.path.realpath(revision.path)
        folders = [self._place.root, *(os.path.realpath(str(one)) for one in script._version_locations)]
        if not (any(is_inside(real, folder) for folder in folders) or is_installed(real)):
            raise CannotCheck(
                "reading the revisions of " + self._place.name,
                f"revision {revision.revision} is a link to {real}, which is not part of what is judged",
                "Put the file itself into the folder.",
            )

    def _make_models(self, config):
        _, beginning = self._new_pass(config)
        self._stage.enter(f"running {self._place.directory}/env.py")
        beginning.begin()

    def _join(self, config):
        self._stage.enter("writing the merge")
        self._require_inside(ScriptDirectory.from_config(config))
        script = command.merge(config, list(self._order.joined), self._order.message)
        self._channel.send(_written(script, self._place.root))

    def _upgrade(self, config):
        _, upgrading = self._new_pass(config)
        before = self._shapes.taking(downgraded=False)
        failed = upgrading.upgrade("upgrading", before=before, watches=[self._statements])
        self._tell(UpgradeFailed, failed)
        for script in map(upgrading.script, self._order.proved):
            if not hasattr(script.module, "downgrade"):
                self._one_way = True
                self._channel.send(NoWayBack(script.revision))

    def _downgrade(self, config, before=None):
        _, downgrading = self._new_pass(config)
        self._tell(DowngradeFailed, downgrading.downgrade("downgrading", self._order.proved, before=before))

    def _replay_below(self, config):
        """Replay to what the newest revision follows; to that one, where it follows none."""
        script = ScriptDirectory.from_config(config)
        to = _below(script, self._order.proved)
        self._has_below = bool(to)
        self._replay(config, to or ("heads",), self._order.proved)

    def _fill(self, function, config):
        _, filling = self._new_pass(config)
        filling.each("putting rows into tables, and reading them", function)

    def _upgrade_on_rows(self, config, without=(), together=False):
        _, upgrading = self._new_pass(config)
        self._tell(UpgradeFailed, upgrading.upgrade("upgrading", without), together=together)

    def _upgrade_again(self, config):
        _, upgrading = self._new_pass(config)
        failed = upgrading.upgrade("upgrading again", before=self._shapes.taking(downgraded=True))
        self._tell(DowngradeFailed, failed, again=True)

    def _stand(self, config):
        _, standing = self._new_pass(config)
        for message in standing.stand(self._order.original):
            self._channel.send(message)

    def _rename(self, config):
        self._stage.enter("renaming")
        _, renaming = self._new_pass(config)
        renaming.perform(self._renames)

    def _tell(self, message, failed, **more):
        if failed:
            self._channel.send(message(*failed, **more))
            self.failed = True

    def _compare(self, config, order=_USUAL):
        """What the comparison leaves for a revision to be written of: ``order`` says where that one goes."""
        channel = self._channel
        self._told = False
        channel.send(Comparing())
        script, comparing = self._new_pass(config, self._both)
        context, compared = comparing.compare(order.message, _arguments(order), self._renames)
        self._stage.enter("describing the differences")
        models = Models(self._place.root)
        names = operations.called(context, compared)
        said = list(operations.said(context, models, compared, names))
        for _, operation in said:
            channel.send(operation)
        self._names = {compat.url_text(database.url): name for database, name in zip(compared, names)}
        messages = list(self._both.messages(self._names, models)) if self._both else []
        for message in messages:
            channel.send(message)
        for message in _ignored(compared, names, models):
            channel.send(message)
        return _Compared(script, context, compared, names, said, messages)

    def _compare_and_write(self, config):
        found = self._compare(config, self._order)
        self.tell_what_came()
        _tell_imported_elsewhere(self._place, self._channel)
        answer = self._channel.ask(OrdersWanted())
        if isinstance(answer, Renaming):
            self._renames.order(answer.renames, self._names, _default_schemas(found.compared))
            return
        self._stage.enter("writing the revision")
        _require_one_head(found.script, self._order)
        dialects = {name: one.dialect for name, one in zip(found.names, found.compared)}
        drafts.change(found.context, found.said, answer, dialects)
        if drafts.add(found.context, answer.add, found.compared, found.names, found.messages):
            self._channel.send(Remark(_CROSSED))
        outermost(found.context)
        _write(found.context, answer.message, self._channel, self._place.root)


_PASSES = {
    CheckOrder: _Environment._check,
    ReplayOrder: _Environment._only_replay,
    WriteOrder: _Environment._write,
    DumpOrder: _Environment._dump,
    ProveOrder: _Environment._prove,
    RowsOrder: _Environment._prove_on_rows,
    MergeOrder: _Environment._merge,
    BeginOrder: _Environment._begin,
}


class _Compared(NamedTuple):
    """``said`` are the pairs (op, Operation) that ``context`` (RevisionContext) drafts, ``messages`` what the databases say."""

    script: ScriptDirectory
    context: object
    compared: list
    names: list
    said: list
    messages: list


def _ignored(compared, names, models):
    found = {(name, *one): None for database, name in zip(compared, names) for one in database.ignores}
    for name, qualified, table, column, ignored, reason in found:
        place = models.place(table, column or None)
        yield Ignored(name, qualified, column, list(ignored), reason, *place)


@contextmanager
def _taken_back():
    """Each pass begins where the first one did, as the process of its own does that it has in life."""
    place = os.getcwd()
    with warnings.catch_warnings():
        yield
    os.chdir(place)


def _command_line(place):
    """What the command would have been: env.py, or an application, may read it."""
    if place.flask:
        return ["flask", "db", "upgrade"]
    section = ["-n", place.section] if place.section != "alembic" else []
    return ["alembic", *section, *(word for x in place.x for word in ("-x", x)), "upgrade", "heads"]


def _below(script, proved):
    """Where a history ends that lacks ``proved``, and the newest revision that these follow; () where that is none."""
    scripts = [script.get_revision(revision) for revision in proved]
    followed = {one for made in scripts for one in _tuple(made.down_revision)} - {*proved}
    if len(followed) != 1:
        return ()
    newest = script.get_revision(followed.pop())
    below = _tuple(newest.down_revision)
    others = [
        one.revision
        for one in script.walk_revisions()
        if one.revision not in proved and not {*one.nextrev} - {*proved} and one is not newest
    ]
    return (*below, *others) if below else ()


def _default_schemas(compared):
    """Those that each database was seen with."""
    found: Dict[str, set] = {}
    for database in compared:
        found.setdefault(compat.url_text(database.url), set()).add(database.schema)
    return found


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


def _arguments(order):
    """Where the new revision goes, as Alembic's command takes it."""
    path = os.path.join(order.place.root, order.version_path) if order.version_path else None
    return {
        "head": order.head or "head", "splice": order.splice, "branch_label": order.branch or None, "version_path": path,
    }  # fmt: skip


def _require_one_head(script, order):
    heads = sorted(script.get_heads())
    if len(heads) > 1 and not order.head:
        raise CannotCheck(
            "writing the revision",
            "the history has several heads: " + ", ".join(heads),
            "\n".join(
                ["Say on which of them to build:", *(_on(script.get_revision(head)) for head in heads)]
            ),
        )


def _on(revision):
    return f"  migrate-guard fix --head {revision.revision}  # {revision.doc}"


def _write(context, message, channel, root):
    context.generated_revisions = [
        script
        for script in context.generated_revisions
        if not all(ops.is_empty() for ops in script.upgrade_ops_list)
    ]
    for script in context.generated_revisions:
        script.message = script.message or message
    uncertain = additions.uncertain(context.generated_revisions)
    make_runnable(context)
    expect_whole_files(context, lambda text: channel.send(Remark(text)))
    for script in context.generate_scripts():
        channel.send(_written(script, root, uncertain))


def _written(script, root, uncertain=()):
    path = os.path.relpath(os.path.realpath(script.path), root)
    if path.startswith(os.pardir):
        os.unlink(script.path)
        raise CannotCheck(
            "writing the revision", f"its folder is no part of the project: {os.path.dirname(script.path)}"
        )
    return Written(path, script.revision, list(uncertain))
