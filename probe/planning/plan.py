"""Asks every kind of check what it offers for every demand, and makes one Plan of it."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.model import Catalog
from probe.checks.check import Check
from probe.model.address import Target
from probe.model.demand import Demand, Sampling
from probe.model.plan import Plan, Requirement, Skipped, Task, Way
from probe.site import Site

from .contacts import Directory
from .demands import demands
from .options import PORTS_PER_RANGE, Options


def plan(catalog: Catalog, site: Site, options: Options, checks: Mapping[str, Check]) -> Plan:
    """Pure. Personas named by the options come before the site's; without either, all of the catalogue's."""
    wanted = options.personas or tuple(site.personas) or tuple(each.id for each in catalog.personas)
    directory = Directory(catalog, site, options)
    sampling = Sampling(count=PORTS_PER_RANGE[options.depth], seed=options.seed)
    tasks: dict[str, Task] = {}
    skipped: dict[tuple[str, str], Skipped] = {}
    requirements: list[Requirement] = []
    for persona in (each for each in catalog.personas if each.id in wanted):
        for demand in demands(catalog, site, persona, directory):
            if isinstance(demand, Skipped):
                skipped.setdefault((demand.row, demand.reason), demand)
                continue
            if demand.level == "informational" and options.depth == "quick":
                continue
            requirements.append(_require(demand, sampling, options, checks, tasks, skipped))
    tested = {each.row for each in requirements}
    domains = {each.id for each in catalog.domains}
    # Where another persona has a host below a domain, the row itself is tested.
    left_out = [each for each in skipped.values() if not (each.kind == "https" and each.row in domains & tested)]
    return Plan(
        tasks=list(tasks.values()),
        requirements=requirements,
        skipped=left_out,
        personas=[each.id for each in catalog.personas if each.id in wanted],
        seed=options.seed,
    )


def _require(
    demand: Demand,
    sampling: Sampling,
    options: Options,
    checks: Mapping[str, Check],
    tasks: dict[str, Task],
    skipped: dict[tuple[str, str], Skipped],
) -> Requirement:
    ways: list[Way] = []
    unmeasured = demand.unmeasured
    for kind, check in checks.items() if demand.contacts else ():
        offer = check.offer(demand, sampling)
        if offer is None:
            continue
        if (options.only and kind not in options.only) or kind in options.skip:
            if offer.ways:
                unmeasured = f"left out: {kind} was not asked for"
            continue
        for task in offer.tasks:
            tasks.setdefault(task.id, task)
        ways += offer.ways
    if demand.contacts and not ways and unmeasured is None:
        unmeasured = "no kind of check measures it"
    if unmeasured is not None:
        target = Target(host=demand.destination, protocol=demand.protocol)
        skipped.setdefault(
            (demand.id, unmeasured), Skipped(kind=demand.use, target=target, row=demand.id, reason=unmeasured)
        )
    return Requirement(
        id=demand.id,
        row=demand.row,
        persona=demand.persona,
        level=demand.level,
        use=demand.use,
        title=demand.title,
        protocol=demand.protocol,
        ports=demand.ports,
        source_ports=demand.source_ports,
        destination=demand.destination,
        prefixes=list(demand.prefixes),
        ways=ways,
        rule=demand.rule,
        unmeasured=None if ways else unmeasured,
    )
