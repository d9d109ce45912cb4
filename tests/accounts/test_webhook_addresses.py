"""Webhooks lead to the internet, and never inside: by whatever name or form of an address."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from webhook_receiver import Receiver

from accounts.webhook_addresses import NotAllowed, addresses_of, is_public, target_of
from accounts.webhook_http import post

PRIVATE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9",  # noqa: S104
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "2a00:1450::5efe:a00:1", "2a00:1450::200:5efe:7f00:1",
    "no address", "",
)  # fmt: skip
PUBLIC = (
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
    "192.0.1.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860::8888",
    "64:ff9b::8.8.8.8",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_internet_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example/", "no_tls"),
        ("ftp://hooks.example/", "no_address"),
        ("file:///etc/passwd", "no_address"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "no_address"),
        ("hooks.example/x", "no_address"),
        ("https://", "no_address"),
        ("https:///path", "no_address"),
        ("", "no_address"),
        ("https://user:word@hooks.example/", "user_in_address"),
        ("https://hooks.example@127.0.0.1/", "user_in_address"),
        ("https://@hooks.example/", "user_in_address"),
        ("https://hooks.example\\@127.0.0.1/", "no_address"),
        ("https://hooks.example\r\nHost: x/", "no_address"),
        ("https://hooks.example/a b", "no_address"),
        ("https://hooks.example:22/", "port"),
        ("https://hooks.example:80/", "port"),
        ("https://hooks.example:0/", "port"),
        ("https://hooks.example:99999/", "no_address"),
        ("https://hooks.example:x/", "no_address"),
        ("https://127.0.0.1/", "private_address"),
        ("https://127.0.0.1:8443/", "private_address"),
        ("https://[::1]/", "private_address"),
        ("https://[::ffff:127.0.0.1]/", "private_address"),
        ("https://[::ffff:7f00:1]/", "private_address"),
        ("https://[fe80::1%25eth0]/", "private_address"),
        ("https://[::1/", "no_address"),
        ("https://2130706433/", "number_as_host"),
        ("https://0x7f000001/", "number_as_host"),
        ("https://0x7f.1/", "number_as_host"),
        ("https://0177.0.0.1/", "number_as_host"),
        ("https://127.1/", "number_as_host"),
        ("https://127.0.0.1.0/", "number_as_host"),
        ("https://１２７.０.０.１/", "private_address"),
        ("https://①②⑦.⓪.⓪.①/", "private_address"),
        ("https://127。0。0。1/", "private_address"),
        ("https://hooks..example/", "no_address"),
        ("https://hooks%2eexample/", "no_address"),
        ("https://" + "x" * 600 + ".example/", "no_address"),
    ],
)
def test_an_address_that_is_refused_as_it_is_written(url: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        target_of(url, anywhere=False)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://Hooks.Example/a?b=c#d", "hooks.example", 443, "/a?b=c"),
        ("https://hooks.example.", "hooks.example", 443, "/"),
        ("https://hooks.example:8443/x", "hooks.example", 8443, "/x"),
        ("https://客户.example/路", "客户.example".encode("idna").decode(), 443, "/%E8%B7%AF"),
        ("https://[2606:4700:4700::1111]:4430/", "2606:4700:4700::1111", 4430, "/"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
    ],
)
def test_an_address_that_is_taken(url: str, host: str, port: int, path: str) -> None:
    target = target_of(url, anywhere=False)
    assert (target.is_tls, target.host, target.port, target.path) == (True, host, port, path)


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """What each look-up of a name gives, the last for ever; returns what was looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_further: Any) -> list[tuple[Any, ...]]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port),
            )
            for one in found
        ]

    monkeypatch.setattr("accounts.webhook_addresses.socket.getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        # One of the internet does not excuse another.
        ["8.8.8.8", "10.0.0.1"],
        ["2606:4700:4700::1111", "fd00::1"],
    ],
)
def test_a_name_that_leads_inside_is_refused(
    found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, found)
    target = target_of("https://looks.innocent.example/", anywhere=False)
    with pytest.raises(NotAllowed, match="private_address"):
        addresses_of(target, anywhere=False)


def test_what_was_looked_at_is_connected_to_and_no_name_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that says an address of the internet first and one inside a moment later."""
    asked = names(monkeypatch, ["8.8.8.8", "1.1.1.1"], ["127.0.0.1"])
    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.wires.socket.create_connection", connect)
    answer = post("https://rebinds.example/", b"{}", {}, anywhere=False)
    assert answer.trouble == "no_connection"
    assert connected == [("8.8.8.8", 443), ("1.1.1.1", 443)]
    assert asked == ["rebinds.example"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/",
        "https://localhost:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://2130706433:{port}/",
        "http://127.0.0.1:{port}/",
    ],
)
def test_nothing_reaches_what_listens_inside(url: str) -> None:
    with Receiver() as receiver:
        answer = post(url.format(port=receiver.port), b"{}", {}, anywhere=False)
        assert answer.status is None
        assert answer.trouble in ("private_address", "number_as_host", "no_tls")
        assert receiver.requests == []


def test_an_operator_may_allow_it() -> None:
    with Receiver() as receiver:
        assert post(receiver.url, b"{}", {}, anywhere=True).status == 200
        localhost = f"http://localhost:{receiver.port}/"
        assert post(localhost, b"{}", {}, anywhere=True).status == 200


def test_an_unknown_name_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: Any, **_further: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr("accounts.webhook_addresses.socket.getaddrinfo", fails)
    assert post("https://nobody.example/", b"", {}, anywhere=False).trouble == "unknown_host"
