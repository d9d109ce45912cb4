"""One POST: whatever the other side does, it ends in time and says what came of it."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from webhook_receiver import (
    Receiver,
    answers,
    breaks_off,
    drips,
    hangs,
    never_ends,
    talks_otherwise,
)

from accounts import webhook_http
from accounts.webhook_http import Answer, post


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of a test are dear."""
    monkeypatch.setattr(webhook_http, "WHOLE", 0.6)
    monkeypatch.setattr(webhook_http, "WORDS", 0.3)


def said(receiver: Receiver) -> Answer:
    return post(receiver.url, b'{"a":1}', {"X-One": "1"}, anywhere=True)


def test_a_request_says_what_it_should() -> None:
    with Receiver() as receiver:
        receiver.manner = answers(204)
        answer = said(receiver)
        (request,) = receiver.requests
    assert (answer.status, answer.trouble) == (204, "")
    assert request.line == "POST /hook HTTP/1.1"
    assert request.body == b'{"a":1}'
    assert request.headers["x-one"] == "1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (200, ""), (202, ""), (299, ""), (301, "redirect"), (302, "redirect"), (307, "redirect"),
        (400, "status"), (401, "status"), (404, "status"), (410, "gone"), (429, "busy"),
        (500, "status"), (503, "busy"),
    ],
)  # fmt: skip
def test_what_a_status_means(status: int, trouble: str) -> None:
    with Receiver() as receiver:
        receiver.manner = answers(status, b"words")
        answer = said(receiver)
    assert (answer.status, answer.trouble, answer.text) == (status, trouble, "words")


def test_no_redirect_is_followed() -> None:
    with Receiver() as other, Receiver() as receiver:
        receiver.manner = answers(307, Location=other.url)
        assert said(receiver).trouble == "redirect"
        assert other.requests == []


@pytest.mark.parametrize(
    ("manner", "trouble"),
    [(hangs, "timeout"), (drips, "timeout"), (breaks_off, "no_connection"),
     (talks_otherwise, "no_http")],
)  # fmt: skip
def test_whoever_says_nothing_useful_is_left_in_time(
    quick: None, manner: object, trouble: str
) -> None:
    with Receiver() as receiver:
        receiver.manner = manner  # type: ignore[assignment]
        began = monotonic()
        answer = said(receiver)
    assert (answer.status, answer.trouble) == (None, trouble)
    assert monotonic() - began < 2


def test_an_answer_without_end_is_read_a_little_and_counts() -> None:
    with Receiver() as receiver:
        receiver.manner = never_ends
        began = monotonic()
        answer = said(receiver)
    assert (answer.status, answer.trouble) == (200, "")
    assert len(answer.text) == webhook_http.KEPT_CHARACTERS
    assert monotonic() - began < webhook_http.WORDS + 2


def test_what_was_answered_is_kept_as_text() -> None:
    with Receiver() as receiver:
        receiver.manner = answers(500, b"no\x00 \xff" + "客".encode() * 2000)
        text = said(receiver).text
    assert text.startswith("no� �客")
    assert len(text) == webhook_http.KEPT_CHARACTERS


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("120", 120), ("0", 0), ("-5", 0), ("soon", 0), ("9" * 30, 24 * 60 * 60), ("", 0)],
)
def test_who_asks_for_time_is_heard(given: str, seconds: int) -> None:
    with Receiver() as receiver:
        receiver.manner = answers(429, Retry_After=given)
        assert said(receiver).wait == seconds


def test_who_asks_for_time_by_a_date_is_heard() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    with Receiver() as receiver:
        receiver.manner = answers(503, Retry_After=later)
        assert 590 <= said(receiver).wait <= 600


def certificates(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(of the server, of who trusts it): a certificate for a name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


@pytest.mark.parametrize(
    ("name", "trouble"), [("localhost", ""), ("other.example", "tls")], ids=["its own", "another's"]
)
def test_the_certificate_goes_by_the_name(
    name: str, trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, trusting = certificates(tmp_path, name)
    monkeypatch.setattr(webhook_http, "_context", lambda: trusting)
    with Receiver(server) as receiver:
        answer = post(f"https://localhost:{receiver.port}/", b"{}", {}, anywhere=True)
    assert answer.trouble == trouble
    assert len(receiver.requests) == (0 if trouble else 1)


def test_who_is_not_trusted_is_told_nothing(tmp_path: Path) -> None:
    server, _trusting = certificates(tmp_path, "localhost")
    with Receiver(server) as receiver:
        answer = post(f"https://localhost:{receiver.port}/", b"{}", {}, anywhere=True)
    assert answer.trouble == "tls"
    assert receiver.requests == []
