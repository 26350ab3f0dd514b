"""Questions asked from the bed's site with tools that are not ours: dig, openssl, coturn's client, plain sockets."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

from .bed import Bed

OPTIONS = """OPTIONS sip:edge SIP/2.0
Via: SIP/2.0/TLS 192.168.50.10:5061;branch=z9hG4bKbed
From: <sip:site@example.net>;tag=1
To: <sip:edge>
Call-ID: bed
CSeq: 1 OPTIONS
Max-Forwards: 70
Content-Length: 0

""".replace("\n", "\r\n")

STUN = """
import json, socket, struct, sys
address, port, source = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.settimeout(float(sys.argv[4]))
asked.bind(("0.0.0.0", source))
asked.sendto(struct.pack("!HHI12s", 1, 0, 0x2112A442, b"test bed bed"), (address, port))
try:
    answer = asked.recv(2048)
except TimeoutError:
    print("null")
    sys.exit()
offset = 20
while struct.unpack_from("!H", answer, offset)[0] != 0x20:
    offset += 4 + (struct.unpack_from("!H", answer, offset + 2)[0] + 3) // 4 * 4
mapped_port, mapped = struct.unpack_from("!HI", answer, offset + 6)
print(json.dumps([socket.inet_ntoa(struct.pack("!I", mapped ^ 0x2112A442)), mapped_port ^ 0x2112]))
"""

NTP = """
import json, socket, sys
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.settimeout(5)
asked.bind(("0.0.0.0", int(sys.argv[2])))
asked.sendto(b"\\x23" + bytes(47), (sys.argv[1], 123))
answer = asked.recv(2048)
print(json.dumps({"mode": answer[0] & 7, "stratum": answer[1], "leap": answer[0] >> 6}))
"""


def script(bed: Bed, code: str, *arguments: object) -> Any:
    """What a small program prints as JSON in the site."""
    done = bed.site.run([sys.executable, "-c", code, *map(str, arguments)])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def stun(bed: Bed, address: str, port: int, *, source: int = 0, timeout: float = 5) -> list[Any] | None:
    """Mapped address and port, or None after `timeout` seconds."""
    answer: list[Any] | None = script(bed, STUN, address, port, source, timeout)
    return answer


def dig(bed: Bed, *words: str) -> str:
    return bed.site.run(["dig", "+time=2", "+tries=1", *words]).stdout


def s_client(bed: Bed, address: str, port: int, name: str, *words: str, say: str = "") -> str:
    """Everything openssl prints about a handshake, and the first answer where something is said."""
    argv = ["openssl", "s_client", "-connect", f"{address}:{port}", "-servername", name, "-verify_hostname", name]
    argv += ["-CAfile", str(bed.roots), *words]
    if not say:
        done = bed.site.run(argv, timeout=20)
        return done.stdout + done.stderr
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    heard = ""
    with bed.site.popen([*argv, "-ign_eof"], text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        patience = threading.Timer(20, process.kill)
        patience.start()
        process.stdin.write(say)
        process.stdin.flush()
        for line in process.stdout:
            heard += line
            if "SIP/2.0 " in line:
                break
        patience.cancel()
        process.kill()
    return heard
