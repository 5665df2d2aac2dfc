"""A message as one line of JSON, and back."""

import json
from dataclasses import asdict

from migrate_guard.protocol.keeping import Keep, Kept, Refused, Release, Released
from migrate_guard.protocol.messages import (
    BuiltFromModels,
    Change,
    Compared,
    DatabaseObject,
    Described,
    Done,
    DowngradeFailed,
    Failed,
    Fill,
    Ignored,
    ImportedElsewhere,
    Known,
    LeftOut,
    Loaded,
    NotBuilt,
    Noted,
    Operation,
    Orders,
    OrdersWanted,
    Progress,
    Ran,
    Ready,
    Remark,
    Rename,
    RolesWanted,
    Scratch,
    ScratchWanted,
    Standing,
    Start,
    StartDump,
    Stood,
    Unsupported,
    UpgradeFailed,
    Written,
)

_MESSAGES = {
    cls.__name__: cls
    for cls in (
        Start, Scratch, Ready, Unsupported, Progress, ScratchWanted, Known, Operation, Compared, UpgradeFailed,
        Failed, ImportedElsewhere, Written, Remark, Done, RolesWanted, Noted, Keep, Kept, Refused, Release, Released,
        BuiltFromModels, Loaded,
        Described, LeftOut, Ignored, NotBuilt, OrdersWanted, Orders, Standing,
        DowngradeFailed, Stood, Ran,
    )
}  # fmt: skip


def encode(message) -> bytes:
    return json.dumps([type(message).__name__, asdict(message)]).encode() + b"\n"


def decode(line: bytes):
    name, fields = json.loads(line.decode())
    if name == Orders.__name__:
        fields["omit"] = [Operation(**one) for one in fields["omit"]]
        fields["add"] = [_change(one) for one in fields["add"]]
        fields["renames"] = [Rename(**one) for one in fields["renames"]]
        fields["fills"] = [
            Fill(**{**one, "operation": Operation(**one["operation"])}) for one in fields["fills"]
        ]
    if name == Scratch.__name__ and fields["start"]:
        fields["start"] = StartDump(**fields["start"])
    if name in (Described.__name__, Standing.__name__, Stood.__name__):
        fields["objects"] = [DatabaseObject(**one) for one in fields["objects"]]
    return _MESSAGES[name](**fields)


def _change(fields):
    sides = {side: fields[side] and DatabaseObject(**fields[side]) for side in ("models", "history")}
    return Change(**{**fields, **sides})
