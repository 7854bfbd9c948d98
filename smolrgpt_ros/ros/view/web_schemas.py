"""Definitions of message types for browsers: ``ros2msg`` text with all types they use.

Made from the Python classes, so that they describe what is serialized here, wherever the ``.msg``
files are. Constants and comments are left out: decoding does not need them.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

_RULE = "=" * 80
#: rosidl's names of primitive types, as ``.msg`` files write them.
_PRIMITIVES = {"double": "float64", "float": "float32", "boolean": "bool", "octet": "byte"}


def definition_of(message: Any) -> str:
    """The fields of a message class and, after them, of every type it uses.

    Args:
        message: of a generated interface, such as ``sensor_msgs.msg.Image`` or a service's
            ``Request``.
    """
    definitions, waiting, seen = [], [("", message)], set()
    while waiting:
        name, kind = waiting.pop(0)
        lines = [f"{_RULE}\nMSG: {name}"] if name else []
        for field, described in kind.get_fields_and_field_types().items():
            base, suffix = _split(described)
            lines.append(f"{_PRIMITIVES.get(base, base)}{suffix} {field}")
            if "/" in base and base not in seen:
                seen.add(base)
                waiting.append((base, _class_of(base)))
        definitions.append("\n".join(lines))
    return "\n".join(definitions) + "\n"


def _split(described: str) -> tuple[str, str]:
    """``sequence<double, 3>`` as ``double`` and ``[<=3]``; ``double[9]`` as ``double``, ``[9]``."""
    sequence = re.fullmatch(r"sequence<(.+?)(?:, (\d+))?>", described)
    if sequence:
        base, most = sequence.groups()
        suffix = f"[<={most}]" if most else "[]"
    else:
        array = re.fullmatch(r"(.+?)(\[\d+\])?", described)
        assert array is not None
        base, suffix = array.group(1), array.group(2) or ""
    text = re.fullmatch(r"(w?string)<(\d+)>", base)
    return (text.group(1), f"<={text.group(2)}{suffix}") if text else (base, suffix)


def _class_of(name: str) -> Any:
    package, kind = name.split("/")
    return getattr(import_module(f"{package}.msg"), kind)
