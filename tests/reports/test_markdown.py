"""Markdown: data shows as what it says and never becomes structure (judged by a CommonMark parser)."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reports.markdown import render
from reports.markdown_syntax import LONGEST, bullets, escape, table
from reports.safe_text import visible

from .hostile import ATTACK, hostile
from .samples import dead_resolver, tcp_blocked

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BLOCKS = {"heading", "paragraph", "inline", "bullet_list", "ordered_list", "list_item", "blockquote"}
BLOCKS |= {"table", "thead", "tbody", "tr", "th", "td"}
INLINE = {"text", "text_special", "strong_open", "strong_close", "softbreak"}


def words(markdown: str) -> str:
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(PARSER.render(markdown))
    return "".join(found).strip()


def tokens(markdown: str) -> list[Token]:
    return PARSER.parse(markdown)


@given(st.text())
@example(ATTACK)
@example("1. one")
@example("192.0.2.1")
@example("a_b _c_ __d__ e_")
@example("# no heading")
@example("https://example.com www.example.com")
def test_escaped_text_reads_as_itself(text: str) -> None:
    expected = " ".join(visible(text, limit=LONGEST).split())
    assert words("| head |\n| --- |\n| " + escape(text) + " |\n").removeprefix("head").strip() == expected
    assert words("\n".join(bullets([text]))) == expected
    assert words("\n".join(["# " + escape(text)])) == expected


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_tables_keep_their_shape(rows: list[list[str]]) -> None:
    found = tokens("\n".join(table(("a", "b", "c"), rows)))
    assert sum(t.type == "td_open" for t in found) == 3 * len(rows)


def test_hostile_data_is_no_structure() -> None:
    found = tokens(render(hostile()))
    assert {t.type.removesuffix("_open").removesuffix("_close") for t in found} <= BLOCKS
    assert {child.type for t in found for child in t.children or ()} <= INLINE
    harmless = tokens(render(tcp_blocked()))
    assert [t.tag for t in found if t.type == "heading_open"] == [t.tag for t in harmless if t.type == "heading_open"]


def test_no_links_for_renderers_that_make_them() -> None:
    text = render(hostile())
    assert "://" not in text
    assert "www." not in text


def test_firewall_request_only_when_a_firewall_is_to_blame() -> None:
    blocked = render(tcp_blocked())
    assert "| TCP | clients of this site | 1024-65535 | 23.89.0.0/16, 170.72.0.0/16 | 8934 |" in blocked
    assert blocked.rindex("\n## ") == blocked.index("\n## Firewall request")
    assert "Firewall request" not in render(dead_resolver())


def test_codes_stay_readable_without_a_renderer() -> None:
    assert "firewall.tcp_blocked" in render(tcp_blocked())
