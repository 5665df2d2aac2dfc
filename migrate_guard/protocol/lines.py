"""A message as one line of JSON, and back."""

import json
import os
from collections import abc
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from typing import Any, Dict, List, Type, Union, get_args, get_origin, get_type_hints

# By the names that they go by in a line
MESSAGES: Dict[str, Type["Message"]] = {}


class Message:
    """What one side tells the other: a frozen dataclass, known to both as soon as it is defined.

    ``kept_in`` is the field of Observation that it fills, "" where it tells nothing that was seen.
    """

    kept_in = ""

    def __init_subclass__(cls, kept_in: str = "", **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.kept_in = kept_in
        MESSAGES[cls.__name__] = cls


def encode(message: Message) -> bytes:
    fields = asdict(message)  # type: ignore[call-overload]  # every message is a dataclass
    return json.dumps([type(message).__name__, fields]).encode() + b"\n"


def decode(line: bytes) -> Any:
    """The message, with all that it holds as its annotations say."""
    name, fields = json.loads(line.decode())
    return built(MESSAGES[name], fields)


def send(descriptor: int, message: Message) -> None:
    """The whole of it, also where a pipe takes no more than a part at once. Raises OSError."""
    data = encode(message)
    while data:
        data = data[os.write(descriptor, data) :]


class Incoming:
    """Messages out of what is read from a pipe, however that cuts the lines."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, chunk: bytes) -> List[Any]:
        """Those that end in ``chunk``."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [decode(line) for line in lines]


def built(annotation: Any, value: Any) -> Any:
    """``value``, as JSON has it, as ``annotation`` says: a sequence is a tuple, an object of fields a dataclass."""
    if value is None or annotation in (str, int, bool, float, object, Any):
        return value
    if isinstance(annotation, type) and is_dataclass(annotation):
        kinds = _kinds(annotation)
        return annotation(**{name: built(kinds[name], one) for name, one in value.items()})
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Union:  # Optional
        return built(inner[0], value)
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(built(kind, one) for kind, one in zip(inner, value))
    if origin in (tuple, list, abc.Sequence):
        return (list if origin is list else tuple)(built(inner[0], one) for one in value)
    if origin in (dict, abc.Mapping):
        return {key: built(inner[1], one) for key, one in value.items()}
    raise TypeError(f"a message cannot hold {annotation}")


@lru_cache(maxsize=None)
def _kinds(cls):
    return get_type_hints(cls)
