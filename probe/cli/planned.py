"""`callready plan`: what would be sent where, in packets, bytes, bindings and seconds."""

from __future__ import annotations

import textwrap
from collections import defaultdict

from probe.model.plan import Plan, Task
from probe.planning.options import Options

WIDTH = 80


def show(plan: Plan, options: Options) -> None:
    kinds: dict[str, list[Task]] = defaultdict(list)
    for task in plan.tasks:
        kinds[task.kind].append(task)
    print(f"Seed {options.seed}, depth {options.depth}")
    print("\n".join(_wrapped(f"personas: {', '.join(plan.personas)}", "", "  ")))
    print(f"\n{'kind':<10} {'tasks':>6} {'packets':>8} {'kB':>7} {'bindings':>9}   ports")
    for kind, tasks in kinds.items():
        packets = sum(t.cost.packets for t in tasks)
        size = sum(t.cost.bytes for t in tasks) / 1000
        bindings = sum(t.cost.bindings for t in tasks)
        ports = ", ".join(sorted({_ports(t) for t in tasks}, key=lambda text: (len(text), text)))
        row = f"{kind:<10} {len(tasks):>6} {packets:>8} {size:>7.0f} {bindings:>9}   "
        print("\n".join(_wrapped(ports, row, " " * len(row))))
    cost = plan.cost
    print(f"{'at most':<10} {len(plan.tasks):>6} {cost.packets:>8} {cost.bytes / 1000:>7.0f} {cost.bindings:>9}")
    print(f"\nAbout {cost.seconds:.0f} s. Nothing has been sent.\n")
    for kind, tasks in kinds.items():
        for task in tasks:
            source = task.params.get("source_ports")
            marked = task.params.get("dscp")
            notes = [f"from source ports {source}"] if source else []
            notes += [f"DSCP {marked}"] if marked else []
            print(f"{kind:<10} {(task.target.protocol or ''):<4} {_destination(task)}  {' '.join(notes)}".rstrip())
    if plan.skipped:
        print("\nNot measured:")
        reasons: dict[str, list[str]] = defaultdict(list)
        for each in plan.skipped:
            reasons[each.reason].append(each.row)
        for reason, rows in reasons.items():
            print("\n".join(_wrapped(f"{reason}: {', '.join(rows)}", "  - ", "    ")))


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def _ports(task: Task) -> str:
    ports = task.params.get("ports")
    return f"{task.target.protocol} {ports or task.target.port}"


def _destination(task: Task) -> str:
    ports = task.params.get("ports")
    return f"{task.target.host}:{ports}" if ports else str(task.target)
