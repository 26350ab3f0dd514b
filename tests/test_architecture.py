"""Who may import whom, and what lies at the top: the rules are written here, the imports are read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("catalog", "probe", "reports")

TOP_LEVEL = {
    "LICENSE",
    "README.md",
    "catalog",
    "docker",
    "probe",
    "pyproject.toml",
    "reports",
    "requirements.lock",
    "tests",
}
MADE_BY_TOOLS = ("*.egg-info", "__pycache__", "build", "dist")

DATA = ("catalog.model", "catalog.ranges")
"""Of the catalogue: its types, and port ranges."""
MEANING = ("probe.judge", "probe.diagnose", "probe.score", "probe.assess", "probe.conclude", "probe.planning")
"""Right and left of the measurements: pure."""

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "catalog": (),
    "probe.wire": (),
    "probe.quality": (),
    "probe.model": DATA,
    "probe.ports": ("probe.model", *DATA),
    "probe.context": ("probe.model", "probe.ports", "probe.wire", *DATA),
    "probe.checks": ("probe.model", "probe.ports", "probe.wire", "probe.quality", "probe.context", *DATA),
    "probe.site": ("catalog",),
    "probe.planning": ("probe.model", "probe.checks", "probe.site", *DATA),
    "probe.judge": ("probe.model", "probe.checks"),
    "probe.assess": ("probe.model",),
    "probe.score": ("probe.model",),
    "probe.diagnose": ("probe.model", "probe.assess", *DATA),
    "probe.conclude": ("probe.model", "probe.checks", *MEANING, *DATA),
    "probe.engine": ("probe.model", "probe.ports", "probe.checks", "probe.context"),
    "probe.net": ("probe.model", "probe.ports", "probe.wire", *DATA),
    "probe.lab": (
        "probe.model",
        "probe.ports",
        "probe.wire",
        "probe.net",
        "probe.site",
        "probe.planning.known",
        "catalog",
    ),
    "probe.ui": ("probe.model", "probe.engine.events", "reports"),
    "probe.explanations": (),
    "probe.cli": ("probe", "catalog", "reports"),
    "probe.__main__": ("probe.cli",),
    "probe": (),
    "reports": ("probe.model", "catalog.ranges"),
}
"""What a part may import of ours beside itself. A part that is not named here may not exist."""

SOCKETS = ("socket", "_socket", "ssl", "select", "selectors", "aiohttp", "aioquic", "scapy", "http", "urllib.request")
ASKING = ("dns.resolver", "dns.asyncresolver", "dns.query", "dns.asyncquery", "dns.quic", "dns.nameserver")
"""Of dnspython: what sends. Its records and messages may be used anywhere."""
OPENING = {
    "open_connection",
    "open_unix_connection",
    "start_server",
    "create_server",
    "create_connection",
    "create_datagram_endpoint",
    "sock_connect",
    "sock_sendto",
}
"""Of asyncio: what opens sockets."""
NETWORK = ("probe.net", "probe.lab", "probe.responder")

OUTSIDE = (*SOCKETS, *ASKING, "os", "io", "pathlib", "subprocess", "tempfile", "shutil", "asyncio", "threading", "time")
"""What nothing pure may import: the network, files, processes, threads, the clock."""
CHANCE = ("random", "secrets", "uuid")


def files(root: Path = ROOT) -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((root / package).rglob("*.py"))


def name_of(file: Path, root: Path = ROOT) -> str:
    return ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports(source: str, module: str, *, is_package: bool = False) -> set[str]:
    """Every module that `source` imports anywhere, by its full name: `from a import b` gives `a.b`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            above = parts[: len(parts) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def within(module: str, *parts: str) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def part_of(module: str) -> str:
    """The longest key of `MAY_IMPORT` that `module` lies in."""
    return max((part for part in MAY_IMPORT if within(module, part)), key=len)


def ours(imported: str) -> bool:
    return imported.partition(".")[0] in PACKAGES


def foreign(module: str, imported: set[str]) -> set[str]:
    """Those of our own modules that `module` may not import."""
    part = part_of(module)
    # The bare package holds nothing but its version.
    return {
        each
        for each in imported
        if ours(each) and each != "probe.__version__" and not within(each, part, *MAY_IMPORT[part])
    } | {each for each in imported if part == "probe" and ours(each)}


ALL = {name_of(file): file for file in files()}
IMPORTS = {
    module: imports(file.read_text(encoding="utf-8"), module, is_package=file.name == "__init__.py")
    for module, file in ALL.items()
}


def of(*parts: str) -> Iterator[tuple[str, set[str]]]:
    """Modules of these parts with what they import; fails where there are none."""
    found = [(module, imported) for module, imported in IMPORTS.items() if within(module, *parts)]
    assert found, parts
    yield from found


def breaches(modules: Iterator[tuple[str, set[str]]], *forbidden: str) -> list[str]:
    return sorted(f"{module} imports {each}" for module, found in modules for each in found if within(each, *forbidden))


def test_the_reading_of_imports_sees_every_form() -> None:
    source = """
import os.path, json as j
from . import a
from .b import c
from ..d.e import f
def late():
    from probe.net import tcp
    if TYPE_CHECKING:
        import ssl
"""
    seen = imports(source, "probe.ui.x")
    assert seen == {"os.path", "json", "probe.ui.a", "probe.ui.b.c", "probe.d.e.f", "probe.net.tcp", "ssl"}
    assert imports("from .b import c", "probe.ui", is_package=True) == {"probe.ui.b.c"}
    assert foreign("probe.ui.x", seen) == {"probe.d.e.f", "probe.net.tcp"}
    assert foreign("probe.wire.stun", {"probe.wire.error.WireError", "struct"}) == set()
    assert foreign("probe.wire.stun", {"probe.model.address", "catalog.ranges"}) == {
        "probe.model.address",
        "catalog.ranges",
    }


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_of_ours(part: str) -> None:
    members = [module for module in IMPORTS if part_of(module) == part]
    assert members, "this part is gone: take it out of the rules"
    assert {module: bad for module in members if (bad := foreign(module, IMPORTS[module]))} == {}


def test_every_part_has_a_rule() -> None:
    parts = {".".join(module.split(".")[:2]) for module in IMPORTS if within(module, "probe")}
    assert {part for part in parts if part not in MAY_IMPORT} == set()


def test_only_the_network_touches_sockets() -> None:
    others = ((module, found) for module, found in IMPORTS.items() if not within(module, *NETWORK))
    assert breaches(others, *SOCKETS, *ASKING) == []


def test_only_the_network_opens_connections() -> None:
    found = [
        f"{module} calls {node.attr}"
        for module, file in ALL.items()
        if not within(module, *NETWORK)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in OPENING
    ]
    assert found == []


def test_scapy_is_imported_nowhere() -> None:
    assert breaches(iter(IMPORTS.items()), "scapy") == []


def test_nobody_imports_the_command_line() -> None:
    others = ((module, found) for module, found in IMPORTS.items() if not within(module, "probe.cli", "probe.__main__"))
    assert breaches(others, "probe.cli") == []


def test_data_has_no_clock_chance_or_files() -> None:
    assert breaches(of("probe.model"), *OUTSIDE, *CHANCE, "datetime") == []


def test_codecs_and_formulas_are_without_effect() -> None:
    assert breaches(of("probe.wire", "probe.quality"), *OUTSIDE, *CHANCE) == []


def test_meaning_is_pure() -> None:
    """A seed may order and sample what is planned; apart from that the same input gives the same output."""
    assert breaches(of(*MEANING), *OUTSIDE, "secrets", "uuid") == []
    assert breaches(of(*(part for part in MEANING if part != "probe.planning")), *CHANCE) == []


def test_checks_reach_the_world_through_ports_alone() -> None:
    outside = [each for each in OUTSIDE if each != "asyncio"]
    assert breaches(of("probe.checks", "probe.context", "probe.ports", "probe.engine"), *outside, "secrets") == []


def test_no_module_is_named_for_nothing() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert [module for module in IMPORTS if module.rpartition(".")[2] in nameless] == []


def test_every_module_says_what_is_in_it() -> None:
    silent = []
    for module, file in ALL.items():
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        if not text or not text.splitlines()[0].rstrip().endswith((".", ":", "?", "!")):
            silent.append(module)
    assert silent == []


def test_top_level() -> None:
    found = {
        entry.name
        for entry in ROOT.iterdir()
        if not entry.name.startswith(".") and not any(entry.match(pattern) for pattern in MADE_BY_TOOLS)
    }
    assert found == TOP_LEVEL
