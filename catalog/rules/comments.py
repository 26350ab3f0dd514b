"""The comment that opens a rules file, whatever starts a comment line there."""

from __future__ import annotations

from .draft import Draft


def opening(draft: Draft, how: list[str], mark: str) -> list[str]:
    """Comment lines: what this is, how to use it, what to know, and what no rule below can say."""
    paragraphs = [
        draft.about,
        how,
        ["To know:", *draft.warnings],
        [
            "If addresses are translated before they come here, source ports are too: then leave the source ports out.",
            "Allowed back: answers to what these rules let out. UDP 443 (QUIC) is not needed and stays closed.",
        ],
        ["Inbound rows, not opened here:", *draft.inbound] if draft.inbound else [],
        ["Towards addresses that only you know, to be added by hand:", *draft.own] if draft.own else [],
        ["For a filter of names (a leading * holds the name itself and all below):", *draft.names],
    ]
    lines: list[str] = []
    for paragraph in filter(None, paragraphs):
        lines += [f"{mark} {line}" for line in paragraph] + [mark]
    return lines[:-1]
