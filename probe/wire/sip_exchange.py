"""An OPTIONS request and the responses to requests: RFC 3261 §8 and §11, RFC 3581."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .error import WireError
from .sip import VERSION, Header, Request, Response

BRANCH_COOKIE = "z9hG4bK"
"""§8.1.1.7: marks a branch as unique in space and time."""

_TAG = re.compile(r";\s*tag\s*=", re.IGNORECASE)
_TRYING = 100


def options(
    uri: str,
    *,
    transport: str,
    sent_by: str,
    branch: str,
    from_uri: str,
    from_tag: str,
    call_id: str,
    contact: str,
    cseq: int = 1,
    user_agent: str | None = None,
) -> Request:
    """§11.1. `sent_by` is our `host:port`; `branch`, `from_tag`, `call_id` are unique, `branch` without cookie."""
    headers: list[Header] = [
        ("Via", f"{VERSION}/{transport} {sent_by};branch={BRANCH_COOKIE}{branch};rport"),
        ("Max-Forwards", "70"),
        ("From", f"<{from_uri}>;tag={from_tag}"),
        ("To", f"<{uri}>"),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} OPTIONS"),
        ("Contact", f"<{contact}>"),
        ("Accept", "application/sdp"),
    ]
    if user_agent is not None:
        headers.append(("User-Agent", user_agent))
    return Request(method="OPTIONS", uri=uri, headers=(*headers, ("Content-Length", "0")))


def respond(
    request: Request,
    status: int,
    reason: str,
    *,
    to_tag: str,
    source: tuple[str, int] | None = None,
    headers: Iterable[Header] = (),
    body: bytes = b"",
) -> Response:
    """§8.2.6, to a request from `source` (address, port). Raises WireError if a field to be copied is missing."""
    copied = {name: _required(request, name) for name in ("From", "To", "Call-ID", "CSeq")}
    if status != _TRYING and not _TAG.search(copied["To"].rpartition(">")[2]):
        copied["To"] += f";tag={to_tag}"
    _required(request, "Via")
    top, *others = request.all("Via")
    vias = [top if source is None else _with_source(top, *source), *others]
    return Response(
        status=status,
        reason=reason,
        headers=(
            *(("Via", via) for via in vias),
            *copied.items(),
            *headers,
            ("Content-Length", str(len(body))),
        ),
        body=body,
    )


def answers(response: Response, request: Request) -> bool:
    """§17.1.3: whether it carries the branch of our topmost Via and our CSeq."""
    theirs, ours = response.first("CSeq"), request.first("CSeq")
    return (
        branch(response) is not None
        and branch(response) == branch(request)
        and theirs is not None
        and ours is not None
        and theirs.split() == ours.split()
    )


def branch(message: Request | Response) -> str | None:
    """The branch of the topmost Via."""
    return via_parameters(message).get("branch")


def via_parameters(message: Request | Response) -> dict[str, str]:
    """Parameters of the topmost Via, names in lower case; one without value has the empty one."""
    top = next(_split(message.first("Via") or "", ","))
    parameters = (each.partition("=") for each in list(_split(top, ";"))[1:])
    return {name.strip().lower(): value.strip() for name, _, value in parameters}


def _required(request: Request, name: str) -> str:
    value = request.first(name)
    if value is None:
        raise WireError(f"the {request.method} request has no {name}")
    return value


def _with_source(value: str, host: str, port: int) -> str:
    """`value` with `received` and `rport` of its first Via: RFC 3261 §18.2.1, RFC 3581 §4."""
    top = next(_split(value, ","))
    first, *parameters = _split(top, ";")
    asked = any(each.partition("=")[0].strip().lower() == "rport" for each in parameters)
    kept = [each for each in parameters if each.partition("=")[0].strip().lower() not in {"rport", "received"}]
    sent_by = first.split()[-1:] or [""]
    if asked:
        kept += [f"received={host}", f"rport={port}"]
    elif _host(sent_by[0]).lower() != host.lower():
        kept += [f"received={host}"]
    return ";".join([first, *kept]) + value[len(top) :]


def _host(sent_by: str) -> str:
    return sent_by.rpartition("]")[0].lstrip("[") if sent_by.startswith("[") else sent_by.partition(":")[0]


def _split(text: str, separator: str) -> Iterator[str]:
    """Parts of `text` between separators that stand outside quoted strings; at least one."""
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            yield text[start:position]
            start = position + 1
    yield text[start:]
