"""Rules as a table for a spreadsheet or a ticket: comma-separated values (RFC 4180)."""

from __future__ import annotations

import csv
import io
from itertools import product

from .draft import Draft, one_line, shown_ports

COLUMNS = ("action", "row", "protocol", "source", "source_ports", "destination", "ports", "subnet_list", "comment")


def write(draft: Draft) -> str:
    """One line for each row, prefix and range of ports; then what no rule can say, as lines with the action `note`."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for permit in draft.permits:
        source = shown_ports(permit.source_ports)
        for destination, ports in product(permit.destinations or ("any",), permit.ports):
            table.writerow(
                [
                    *("permit", permit.row, permit.protocol, "site", source, destination, ports),
                    *(permit.subnet_list or "", one_line(permit.comment)),
                ]
            )
    notes = [*draft.about, *draft.warnings]
    notes += [f"Inbound, not permitted here: {line}" for line in draft.inbound]
    notes += [f"Destination known to the site alone: {line}" for line in draft.own]
    notes += [f"Filter of names: {name}" for name in draft.names]
    table.writerows(["note", *[""] * (len(COLUMNS) - 2), note] for note in notes)
    return text.getvalue()
