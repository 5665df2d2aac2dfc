"""A message as one line of JSON, and back."""

import json
from collections import abc
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from typing import Any, Dict, Type, Union, get_args, get_origin, get_type_hints

# By the names that they go by in a line
MESSAGES: Dict[str, Type["Message"]] = {}


class Message:
    """What one side tells the other: a frozen dataclass, known to both as soon as it is defined.

    ``kept_in`` is the field of Observation that it fills, "" where it tells nothing that was seen.
    """

    kept_in = ""

    def __init_subclass__(cls, kept_in: str = "", **more: Any):
        super().__init_subclass__(**more)
        cls.kept_in = kept_in
        MESSAGES[cls.__name__] = cls


def encode(message: Message) -> bytes:
    return json.dumps([type(message).__name__, asdict(message)]).encode() + b"\n"


def decode(line: bytes) -> Any:
    """The message, with all that it holds as its annotations say."""
    name, fields = json.loads(line.decode())
    return built(MESSAGES[name], fields)


def built(annotation: Any, value: Any) -> Any:
    """``value``, as JSON has it, as ``annotation`` says: a sequence is a tuple, an object of fields a dataclass."""
    if value is None or annotation in (str, int, bool, float, object, Any):
        return value
    if is_dataclass(annotation):
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
