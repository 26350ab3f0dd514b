"""Turns the contacts of a demand into tasks, one each."""

from __future__ import annotations

import msgspec

from probe.model.address import Target
from probe.model.demand import Contact, Demand, Offer
from probe.model.plan import Cost, Task, Way


def task_for(
    kind: str, contact: Contact, demand: Demand, params: msgspec.Struct, *, cost: Cost, deadline: float
) -> Task:
    """Tasks with the same id are the same task, whoever demands them."""
    fields = {key: value for key, value in msgspec.to_builtins(params).items() if value is not None}
    suffix = "".join(f"/{key}={value}" for key, value in sorted(fields.items()) if key in _IDENTIFYING and value)
    return Task(
        id=f"{kind}:{contact.host}:{contact.port}{suffix}",
        kind=kind,
        target=Target(host=contact.host, port=contact.port, protocol=demand.protocol),
        params=fields,
        deadline=deadline,
        cost=cost,
    )


_IDENTIFYING = frozenset({"source_ports", "dscp", "transport", "ports", "upgrade"})


def ways_of(demand: Demand, tasks: list[Task]) -> list[Way]:
    """One way for each contact's `way`, holding its tasks; contacts and tasks are in the same order."""
    ways: dict[str, Way] = {}
    for contact, task in zip(demand.contacts, tasks, strict=True):
        before = ways.get(contact.way)
        ways[contact.way] = Way(
            name=contact.way,
            tasks=[*(before.tasks if before else []), task.id],
            conclusive=contact.conclusive and (before is None or before.conclusive),
        )
    return list(ways.values())


def with_controls(kind: str, demand: Demand, params: msgspec.Struct, *, cost: Cost, deadline: float) -> Offer:
    """A task per contact; where source ports are prescribed, each with its control from the system's own ports.

    The control tells a blocked source port from a blocked destination. `params` has a field `source_ports`.
    """
    tasks = [task_for(kind, each, demand, params, cost=cost, deadline=deadline) for each in demand.contacts]
    ways = ways_of(demand, tasks)
    if demand.local_ports is None:
        return Offer(tasks=tasks, ways=ways)
    free = msgspec.structs.replace(params, source_ports=None)
    controls = [task_for(kind, each, demand, free, cost=cost, deadline=deadline) for each in demand.contacts]
    return Offer(tasks=[*tasks, *controls], ways=ways)
