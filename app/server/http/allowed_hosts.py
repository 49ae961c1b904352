"""Which host names this server answers to.

A foreign page can make a browser reach a server on its user's own machine under a name that the page's owner controls (DNS rebinding);
the Host header then holds that name.
"""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.engine.errors import UnrolledError
from app.server.http.errors import BadRequest, UnknownHost, error_response

ANY = "*"


class AllowedHosts:
    """ASGI middleware that refuses requests for other hosts.

    Parameters
    ----------
    names : sequence of str
        `school.example`, `*.school.example` (every name below it), or `*` (any). IP addresses, localhost and names without a dot
        are always answered: no outsider can register them.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self.app = app
        self.any = ANY in names
        self.exact = {name.lower() for name in names}
        self.endings = tuple(name[1:].lower() for name in names if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (problem := self._problem(Headers(scope=scope).getlist("host"))) is not None:
            await error_response(problem)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _problem(self, hosts: Sequence[str]) -> UnrolledError | None:
        if len(hosts) > 1:  # a proxy in front may have looked at the other one (RFC 9112, section 3.2)
            return BadRequest("The request has more than one Host header.")
        host = name_in(hosts[0]) if hosts else ""
        if self.any or host in self.exact or host.endswith(self.endings) or is_safe_from_rebinding(host):
            return None
        return UnknownHost(host)


def name_in(host: str) -> str:
    """The name without port, brackets and final dot, in lower case.

    >>> name_in("School.example.:8000"), name_in("[::1]:8000")
    ('school.example', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].removesuffix(".").lower()


def is_safe_from_rebinding(name: str) -> bool:
    """True for IP addresses, localhost and names without a dot, which no outsider can register.

    >>> [is_safe_from_rebinding(name) for name in ("127.0.0.1", "::1", "teacher", "app.localhost", "evil.example")]
    [True, True, True, True, False]
    """
    if "." not in name and ":" not in name:
        return True
    if name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def names_for(listening: str, allowed: Sequence[str]) -> Sequence[str]:
    """The names of the settings; without any, a server that only its own machine reaches answers to no public name, others to all.

    >>> names_for("127.0.0.1", ()), names_for("0.0.0.0", ()), names_for("0.0.0.0", ("school.example",))
    ((), ('*',), ('school.example',))
    """
    if allowed:
        return allowed
    return () if listening == "localhost" or _is_loopback(listening) else (ANY,)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
