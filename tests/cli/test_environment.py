"""What a report tells of the machine: useful, and without secrets."""

from __future__ import annotations

import pytest

from probe.net import environment


def test_proxies_are_named_without_their_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://someone:s3cret@proxy.example.com:3128/")
    monkeypatch.setenv("http_proxy", "proxy.example.com:8080")
    monkeypatch.setenv("no_proxy", "localhost")
    found = environment.describe([], [4])
    assert found["proxies"] == {"https": "proxy.example.com:3128", "http": "proxy.example.com:8080"}
    assert "s3cret" not in str(found)
    assert "someone" not in str(found)


def test_without_a_proxy_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert environment.configured_proxies() == {}
