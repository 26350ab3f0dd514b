"""Every scenario: what is found, that nothing else is, and what each kind of client is told."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest

from probe.model.verdict import Diagnosis

from .playing import play
from .scenario import Found, Scenario, read

T = TypeVar("T", Found, Diagnosis)

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
SCENARIOS = {file.stem: read(file) for file in FILES}
CASES = [pytest.param(name, seed, id=f"{name}-{seed}") for name, each in SCENARIOS.items() for seed in each.seeds]


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_scenario(name: str, seed: int) -> None:
    scenario = SCENARIOS[name]
    played = play(scenario, seed)
    conclusion = played.conclusion
    broken = {each.task: each.traceback for each in played.measurements if each.status == "broken"}
    assert not broken
    assert sorted(each.code for each in conclusion.diagnoses) == sorted(
        each.code for each in scenario.expect.diagnoses
    ), [(each.code, each.scope, each.because) for each in conclusion.diagnoses]
    for expected, found in zip(_by_code(scenario.expect.diagnoses), _by_code(conclusion.diagnoses), strict=True):
        assert described(found, expected) == expected
    assert {each.id: each.verdict for each in conclusion.personas} == personas(scenario, played.plan.personas)
    assert conclusion.verdict == scenario.expect.verdict
    assert played.seconds <= scenario.expect.most_seconds
    assert played.sockets_left == 0


def _by_code(several: list[T]) -> list[T]:
    return sorted(several, key=lambda each: each.code)


def described(found: Diagnosis, asked: Found) -> Found:
    """As much of a diagnosis as the scenario speaks of."""
    scope = found.scope
    seen = {
        "code": found.code,
        "protocol": scope.protocol if scope else None,
        "ports": scope.ports if scope else None,
        "source_ports": scope.source_ports if scope else None,
        "destinations": scope.destinations if scope else None,
        "owner": found.owner,
        "confidence": found.confidence,
        "hop": found.where.hop if found.where else None,
    }
    return Found(**{key: value for key, value in seen.items() if getattr(asked, key) is not None})  # type: ignore[arg-type]


def personas(scenario: Scenario, known: list[str]) -> dict[str, str]:
    named = scenario.expect.personas
    unknown = set(named) - set(known) - {"others"}
    assert not unknown, f"no such persona: {unknown}"
    return {each: named.get(each) or named["others"] for each in known}


def test_the_same_seed_plays_the_same() -> None:
    first, second = (play(SCENARIOS["loss"], 7) for _ in range(2))
    assert first.measurements == second.measurements


def test_loss_is_felt() -> None:
    """The scenario of loss would prove nothing if nothing was lost in it."""
    played = play(SCENARIOS["loss"], 1)
    silent = [o for m in played.measurements for o in m.observations if o.failure is not None and o.failure.kind.silent]
    assert len(silent) > 5
