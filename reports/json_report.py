"""The report as JSON, schema `callready-report`: the contract that programs read."""

from __future__ import annotations

import re

import msgspec

from probe.model.report import Report

# legal in JSON, yet a terminal acts on them or hides them: DEL, C1 controls, bidi, invisible, line separators
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def render(report: Report) -> str:
    """Indented, one trailing newline, controls as JSON escapes."""
    try:
        text = msgspec.json.encode(report)
    except UnicodeEncodeError:  # a lone surrogate, from a name that was not UTF-8
        text = msgspec.json.encode(_whole(msgspec.to_builtins(report)))
    pretty = msgspec.json.format(text, indent=2).decode()
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", pretty) + "\n"


def _whole(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(inner) for inner in value]
    return value
