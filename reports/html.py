"""The report as one self-contained HTML page: no scripts, nothing fetched, for screen, phone and A4."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from probe.model.report import Report

from .areas import areas
from .facts import facts
from .firewall_request import firewall_request, where
from .gaps import gaps
from .headline import headline, site_name
from .poor_values import poor_values
from .proof import proofs
from .quantity import number, seconds, share
from .rows import matrix, shortfalls
from .safe_text import visible
from .wording import OWNER, PROOF, SIGN, STATUS_TONE, VERDICT_TONE

LONGEST = 4000
"""Characters of one piece of data; the JSON report holds all of it."""


def render(report: Report) -> str:
    return _template().render(
        report=report,
        headline=headline(report),
        site=site_name(report),
        proofs=proofs(report),
        rules=firewall_request(report),
        shortfalls=shortfalls(report),
        matrix=matrix(report),
        areas=areas(report),
        gaps=gaps(report),
        poor_values=poor_values(report),
        site_facts=facts(report.site),
        environment=facts(report.environment),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"seconds": seconds, "number": number, "share": share, "where": where}
    environment.globals |= {
        "SIGN": SIGN,
        "OWNER": OWNER,
        "PROOF": PROOF,
        "STATUS_TONE": STATUS_TONE,
        "VERDICT_TONE": VERDICT_TONE,
    }
    return environment.get_template("report.html")


def _harmless(value: Any) -> Any:
    """Every piece of text that a template prints goes through here, before it is escaped."""
    if isinstance(value, Markup):
        return value
    return visible(value, lines=True, limit=LONGEST) if isinstance(value, str) else value
