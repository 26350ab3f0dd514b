"""The words and signs for verdicts, statuses and outcomes; never a colour alone."""

from __future__ import annotations

from probe.model.verdict import Owner, Proof, RequirementStatus, Verdict

Tone = str
"""`good`, `warn`, `bad` or `open`: what a colour may add to a word."""

VERDICT_TONE: dict[Verdict, Tone] = {"ready": "good", "at-risk": "warn", "not-ready": "bad", "undetermined": "open"}
STATUS_TONE: dict[RequirementStatus, Tone] = {
    "met": "good",
    "partly-met": "warn",
    "unmet": "bad",
    "unverified": "open",
}
SIGN: dict[str, str] = {
    "ready": "✓",
    "at-risk": "!",
    "not-ready": "✗",
    "undetermined": "?",
    "met": "✓",
    "partly-met": "◐",
    "unmet": "✗",
    "unverified": "?",
    "pass": "✓",
    "warn": "!",
    "fail": "✗",
    "unknown": "?",
    "answered": "✓",
    "silent": "?",
    "failed": "✗",
    "skipped": "–",
    "broken": "‼",
    "cut short": "–",
    "waiting": "·",
    "running": "›",
}
OWNER: dict[Owner, str] = {
    "host": "this computer",
    "lan": "the local network",
    "firewall": "the firewall",
    "proxy": "the proxy",
    "isp": "the internet provider",
    "provider": "the calling provider",
    "responder": "the responder",
}
PROOF: dict[Proof, str] = {"answered": "answered", "egress": "egress proven", "none": "no proof"}

_ASCII = str.maketrans(
    {"✓": "+", "◐": "~", "✗": "x", "–": "-", "‼": "!", "·": "-", "›": ">", "…": "...", "→": "->", "━": "#", "─": "-"}
)


def ascii_only(text: str) -> str:
    """For a terminal whose encoding is not UTF-8: signs replaced, anything else escaped."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
