"""What stands behind a diagnosis: the observations and findings that it points at."""

from __future__ import annotations

import msgspec

from probe.model.report import Report
from probe.model.verdict import Diagnosis

from .observed import describe


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    observations: dict[str, str]
    """By id, with the target."""
    findings: dict[str, str]
    """Titles by id."""

    def behind(self, diagnosis: Diagnosis) -> list[str]:
        """An id that the report does not hold is shown bare."""
        return [self.observations.get(id_, id_) for id_ in diagnosis.evidence]

    def explained(self, diagnosis: Diagnosis) -> list[str]:
        return list(dict.fromkeys(self.findings.get(id_, id_) for id_ in diagnosis.explains))


def proofs(report: Report) -> Proofs:
    return Proofs(
        observations={o.id: f"{o.id} {o.target}: {describe(o)}" for m in report.measurements for o in m.observations},
        findings={f.id: f.title for f in report.findings},
    )
