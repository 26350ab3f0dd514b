"""A report in which every free text is an attack on whoever shows it."""

from __future__ import annotations

from typing import Any

import msgspec

from probe.model.report import Report

from .samples import tcp_blocked

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x00\r\b"
BIDI = "\u202etxt.exe\u202c\u2066\u200b\ufeff\u2028"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}{% raw %}</style>"
MARKDOWN = "[link](http://198.51.100.9/) ![i](x) | a | b | `code` **bold** _em_ ~~s~~ $x$ <b>\n# head\n- item\n\n---\n"
RICH = "[red]markup[/red] [/] [link=http://198.51.100.9]x[/link] :smile:"
RTL = "שלום مرحبا"
ATTACK = f"=1. {ESCAPES}{BIDI}{MARKUP}{MARKDOWN}{RICH}{RTL} www.evil.test " + "long" * 20

# closed lists of the contract, names that programs compare, and what must stay joined by id
_KEPT = {
    "verdict",
    "confidence",
    "owner",
    "status",
    "proof",
    "level",
    "operation",
    "kind",
    "type",
    "unit",
    "lane",
    "use",
    "rule",
    "code",
    "name",
}


def hostile() -> Report:
    """Every string that is not one of a closed list is `ATTACK`, every table has hostile keys."""
    plain = msgspec.to_builtins(tcp_blocked())
    spoiled = _spoil(plain, "")
    spoiled["schema"] = plain["schema"]
    spoiled["site"] = {"name": ATTACK, ATTACK: [ATTACK, {ATTACK: ATTACK}]}
    spoiled["environment"] = {ATTACK: ATTACK, "a\nb": [[ATTACK], {}]}
    spoiled["diagnoses"][0]["code"] = "firewall." + ATTACK
    for table in ("tool", "catalog"):
        spoiled[table]["name"] = ATTACK
    return msgspec.convert(spoiled, Report)


def _spoil(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _spoil(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spoil(inner, key) for inner in value]
    if isinstance(value, str) and (key not in _KEPT or (key == "kind" and value in ("tls", "inbound"))):
        return ATTACK + str(len(value)) if key in ("id", "task", "title", "persona") else ATTACK
    return value
