"""`callready check`, `plan` and `lab`: plan, measure, conclude, report."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import signal
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

import msgspec

from catalog.read import Loaded
from catalog.strict import Invalid
from probe import __version__
from probe.checks.registry import checks
from probe.conclude import conclude
from probe.engine.run import Run
from probe.model.measurement import Measurement
from probe.model.plan import Plan
from probe.model.report import CatalogIdentity, Report, Schema, Tool
from probe.net import environment
from probe.net.real import RealNet, SystemClock
from probe.planning.options import Options
from probe.planning.plan import plan as make_plan
from probe.ports import Net
from probe.site import Site, as_report
from probe.ui.choose import view
from probe.ui.final import show_summary

from . import inputs, outputs
from .fault import AT_RISK, NOT_READY, READY, UNDETERMINED, Fault

if TYPE_CHECKING:
    from probe.lab.faults import Fault as LabFault

USER_AGENT = f"callready/{__version__}"
STATUS = {"ready": READY, "at-risk": AT_RISK, "not-ready": NOT_READY, "undetermined": UNDETERMINED}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is made from."""

    loaded: Loaded
    site: Site
    options: Options
    net: Net


def check(arguments: argparse.Namespace) -> int:
    wanted = outputs.destinations(arguments.report)
    report = asyncio.run(_check(arguments))
    return _deliver(report, wanted, arguments)


def lab(arguments: argparse.Namespace) -> int:
    from probe.lab import faults

    if arguments.list_faults:
        for kind in faults.KINDS.values():
            print(f"{kind.example:<36} {kind.means}")
        return READY
    try:
        wished = [faults.parse(each) for each in arguments.fault]
    except Invalid as error:
        raise Fault(f"--fault {error}") from error
    arguments.lab = True
    wanted = outputs.destinations(arguments.report)
    report = asyncio.run(_check(arguments, faults=wished))
    return _deliver(report, wanted, arguments)


def plan(arguments: argparse.Namespace) -> int:
    from .planned import show

    async def planned() -> tuple[Setting, Plan]:
        async with AsyncExitStack() as stack:
            setting = await _set_up(arguments, (), stack)
            return setting, make_plan(setting.loaded.catalog, setting.site, setting.options, checks())

    setting, made = asyncio.run(planned())
    show(made, setting.options)
    return READY


def _deliver(report: Report, wanted: list[tuple[str, str]], arguments: argparse.Namespace) -> int:
    written = outputs.write(report, wanted)
    if not arguments.quiet:
        on_stdout = any(path == "-" for _, path in wanted)
        show_summary(report, written=written, stream=sys.stderr if on_stdout else sys.stdout)
    return STATUS[report.verdict]


async def _check(arguments: argparse.Namespace, *, faults: Sequence[LabFault] = ()) -> Report:
    async with AsyncExitStack() as stack:
        setting = await _set_up(arguments, faults, stack)
        made = make_plan(setting.loaded.catalog, setting.site, setting.options, checks())
        if not made.tasks:
            raise Fault("nothing to measure: --only, --skip and --persona leave no check; leave one of them out")
        seen = environment.describe(setting.net.name_servers(), setting.net.versions())
        if arguments.lab:
            seen["lab"] = {"faults": [each.text for each in faults]}
        began, started = time.monotonic(), datetime.datetime.now(datetime.UTC)
        with view(made, quiet=arguments.quiet) as listener:
            run = Run(
                made,
                net=setting.net,
                clock=SystemClock(),
                listener=listener,
                checks=checks(),
                random=_random(arguments),
            )
            _stop_on_interrupt(run)
            measured = await run.measure()
        duration = time.monotonic() - began
    return assemble(setting, made, measured, seen, started, duration, cut_short=run.cut_short)


def _random(arguments: argparse.Namespace) -> Random:
    """Transaction ids must not be guessable (RFC 8489 §5), unless the run is to be repeated."""
    return SystemRandom() if arguments.seed is None else Random(arguments.seed)


async def _set_up(arguments: argparse.Namespace, faults: Sequence[LabFault], stack: AsyncExitStack) -> Setting:
    loaded = inputs.catalogue(arguments.catalog)
    site = inputs.site(arguments.site, loaded.catalog)
    options = inputs.options(arguments, loaded.catalog)
    net: Net
    if arguments.lab:
        from probe.lab.net import LabNet
        from probe.lab.twin import Twin

        twin = await stack.enter_async_context(Twin(loaded.catalog, faults, options.seed, site=site))
        net = LabNet(twin, seed=options.seed, user_agent=USER_AGENT)
        options = msgspec.structs.replace(options, answering=twin.answering)
    else:
        net = RealNet(
            seed=options.seed, user_agent=USER_AGENT, bind=arguments.bind, public_roots=arguments.public_roots
        )
    options = msgspec.structs.replace(options, resolvers=tuple(net.name_servers()))
    return Setting(loaded=loaded, site=site, options=options, net=net)


def _stop_on_interrupt(run: Run) -> None:
    """The first Ctrl-C ends the run and reports; the second ends the program."""
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        run.stop()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop, number)
        except NotImplementedError:
            # Windows: KeyboardInterrupt ends the program without a report.
            return


def assemble(
    setting: Setting,
    made: Plan,
    measured: list[Measurement],
    seen: dict[str, Any],
    started: datetime.datetime,
    duration: float,
    *,
    cut_short: bool,
) -> Report:
    catalog = setting.loaded.catalog
    conclusion = conclude(made, measured, checks(), catalog, seen)
    return Report(
        schema=Schema(),
        id=str(uuid.uuid4()),
        started_at=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        duration=round(duration, 3),
        cut_short=cut_short,
        tool=Tool(name="callready", version=__version__),
        catalog=CatalogIdentity(name=catalog.name, released=catalog.released.isoformat(), digest=setting.loaded.digest),
        site=as_report(setting.site),
        environment=seen,
        verdict=conclusion.verdict,
        score=conclusion.score,
        personas=conclusion.personas,
        requirements=conclusion.requirements,
        diagnoses=conclusion.diagnoses,
        findings=conclusion.findings,
        measurements=measured,
        plan=made,
    )
