"""Where webhooks may lead: to the internet, and never into the network of whoever runs this.

A name says nothing: it may lead anywhere, and elsewhere a moment later. So what is looked at are the
addresses that it has as it is sent to, and exactly these are connected to.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

LONGEST_URL = 500
# Beside those of HTTPS and HTTP only what no service of the system listens on.
FIRST_FREE_PORT = 1024
MOST_ADDRESSES = 4

_CLOSED_4 = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # A public address that only machines in Azure reach: their host.
        "168.63.129.16/32",
    )
)
# All that is handed out; the rest is loopback, local, multicast, or holds an IPv4 address.
_OPEN_6 = ip_network("2000::/3")
_CLOSED_6 = tuple(
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# Networks with IPv6 alone reach IPv4 through these; what counts is the address inside.
_NAT64 = ip_network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.ASCII)


class NotAllowed(Exception):
    """Nothing is sent there. ``code``: why, a key of accounts.webhook_labels.TROUBLES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """An address taken apart. ``host``: in ASCII, an IPv6 address without brackets."""

    is_tls: bool
    host: str
    port: int
    path: str


def target_of(url: str, *, anywhere: bool) -> Target:
    """
    Args:
        anywhere: the operator allows addresses inside the network, and HTTP without TLS.

    Raises:
        NotAllowed: it is no address that may be sent to. Of a name that is not known before it is
            resolved.
    """
    text = url.strip()
    if len(text) > LONGEST_URL or re.search(r"[\x00-\x20\x7f\\]", text):
        raise NotAllowed("no_address")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise NotAllowed("no_address") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise NotAllowed("no_address")
    if parts.scheme == "http" and not anywhere:
        raise NotAllowed("no_tls")
    if "@" in parts.netloc:
        raise NotAllowed("user_in_address")
    is_tls = parts.scheme == "https"
    usual = 443 if is_tls else 80
    number = usual if port is None else port
    if not anywhere and number != usual and number < FIRST_FREE_PORT:
        raise NotAllowed("port")
    if number == 0:
        raise NotAllowed("port")
    host = _host(parts.hostname)
    if not anywhere and _is_literal(host) and not is_public(host):
        raise NotAllowed("private_address")
    return Target(is_tls, host, number, _path(parts))


def addresses_of(target: Target, *, anywhere: bool) -> list[str]:
    """The addresses that its host has now.

    Raises:
        NotAllowed: it has none, or one of them is not on the internet.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed("unknown_host") from None
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_rest, sockaddr in found))
    if not addresses:
        raise NotAllowed("unknown_host")
    if not anywhere and not all(is_public(address) for address in addresses):
        raise NotAllowed("private_address")
    return addresses[:MOST_ADDRESSES]


def is_public(address: str) -> bool:
    """Whether an address, as text, is one of the internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return found.is_global and not any(found in network for network in _CLOSED_4)
    if found.scope_id is not None:
        return False
    if found in _NAT64:
        return is_public(str(IPv4Address(int(found) & 0xFFFFFFFF)))
    if found not in _OPEN_6 or any(found in network for network in _CLOSED_6):
        return False
    if int(found) >> 32 & 0xFFFFFFFF in _ISATAP:
        return is_public(str(IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global


def _host(name: str) -> str:
    """
    Raises:
        NotAllowed: it is neither a name nor an address as they are written.
    """
    if ":" in name:
        try:
            return str(IPv6Address(name))
        except AddressValueError:
            raise NotAllowed("no_address") from None
    try:
        host = name.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        raise NotAllowed("no_address") from None
    if not _NAME.fullmatch(host):
        raise NotAllowed("no_address")
    # Systems read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses, too; people do not.
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except AddressValueError:
            raise NotAllowed("number_as_host") from None
    return host


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path
