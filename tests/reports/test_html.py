"""HTML: one self-contained page, data never becomes markup, states are words and not only colours."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import msgspec
import pytest

from probe.model.report import Report
from reports.html import render

from .hostile import hostile
from .samples import SAMPLES, cut_short, ready, tcp_blocked

VOID = {"meta", "br"}
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "article",
    "footer",
    "div",
    "span",
    "p",
    "h1",
    "h2",
    "h3",
    "b",
    "strong",
    "code",
    "bdi",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "meter",
    "br",
    "pre",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
    "class",
    "aria-hidden",
    "data-label",
    "scope",
    "min",
    "max",
    "low",
    "high",
    "optimum",
    "value",
}


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.mark.parametrize("make", [*SAMPLES.values(), hostile])
def test_well_formed_and_only_ours(make: Callable[[], Report]) -> None:
    page = Page(render(make()))
    assert page.open == []
    assert set(page.tags) <= OURS
    assert page.attributes <= ATTRIBUTES


@pytest.mark.parametrize("make", [*SAMPLES.values(), hostile])
def test_nothing_is_fetched(make: Callable[[], Report]) -> None:
    text = render(make())
    style = text[text.index("<style>") : text.index("</style>")]
    assert not re.search(r"url\(|@import|expression", style)
    assert "default-src 'none'" in text


def test_hostile_data_adds_no_element() -> None:
    """Data of another content, the same elements."""
    hostile_page = Page(render(hostile()))
    spoiled = hostile()
    harmless = msgspec.convert(_calm(msgspec.to_builtins(spoiled)), Report)
    assert hostile_page.tags == Page(render(harmless)).tags
    assert "{{ 7*7 }}" in hostile_page.words


def _calm(value: object) -> object:
    if isinstance(value, dict):
        return {_calm(key): _calm(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_calm(inner) for inner in value]
    if isinstance(value, str) and ("evil" in value or "\n" in value):
        return "firewall.calm" if value.startswith("firewall.") else f"calm{value[-6:]}"
    return value


def test_no_unseen_characters() -> None:
    shown = render(hostile())
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} == {"\n"}


def test_states_are_words() -> None:
    words = Page(render(tcp_blocked())).words
    for state in ("✗ not-ready", "✓ ready", "? undetermined", "✗ unmet", "✓ met", "? unverified"):
        assert state in words


def test_identity_and_caveats() -> None:
    words = Page(render(cut_short())).words
    assert "cut short" in words
    assert "callready 0.1.0" in words
    assert "callready-report 1.0" in words
    assert "sha256:ab12" in words
    assert "ValueError: odd" in words
    assert "embedded twin" in Page(render(ready())).words


def test_a_very_long_name_is_cut() -> None:
    report = msgspec.structs.replace(ready(), site={"name": "x" * 1_000_000})
    assert len(render(report)) < 100_000
