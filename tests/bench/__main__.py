"""`python -m tests.bench`: every benchmark, in the test bed that it starts itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bed.bed import Bed

from . import check_time, startup, tcp_targets, tls_handshakes


def main() -> None:
    startup.run()
    with tempfile.TemporaryDirectory() as folder, Bed.start(Path(folder)) as bed:
        check_time.run(bed)
        tls_handshakes.run(bed)
        tcp_targets.run(bed)


if __name__ == "__main__":
    main()
