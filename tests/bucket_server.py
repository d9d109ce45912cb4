"""An S3-speaking server of the tests: it lists and gives objects to who signs as S3 says.

Signatures are verified by code of its own, after AWS's description of Signature Version 4, so that
they are not checked by the library that made them.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

REGION = "eu-test-1"
ACCESS_KEY, SECRET = "AKIDTEST", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass
class Object:
    data: bytes
    modified: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)

    @property
    def etag(self) -> str:
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()


# Called before a request is answered, with the handler; True: it has answered.
Manner = Callable[[Any], bool]


@dataclass
class Bucket:
    """``objects`` by key; ``requests``: what was asked, ``manner``: how it misbehaves."""

    name: str = "exports"
    page: int = 1000
    objects: dict[str, Object] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    manner: Manner | None = None
    secret: str = SECRET

    def put(self, key: str, data: bytes | str) -> None:
        self.objects[key] = Object(data.encode() if isinstance(data, str) else data)

    def __enter__(self) -> Self:
        bucket = self

        class Handler(_Handler):
            holds = bucket

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_given: Any) -> None:
        """Whoever hung up meant to."""


class _Handler(BaseHTTPRequestHandler):
    holds: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, *_given: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.holds.requests.append(self.path)
        self.close_connection = True
        if self.holds.manner is not None and self.holds.manner(self):
            return
        path, _mark, query = self.path.partition("?")
        trouble = _signature_trouble(self, path, query, self.holds.secret)
        if trouble:
            self.refuse(403, trouble)
            return
        bucket, _slash, key = unquote(path).lstrip("/").partition("/")
        if bucket != self.holds.name:
            self.refuse(404, "NoSuchBucket")
        elif key:
            self._give(key)
        else:
            self._list(dict(parse_qsl(query, keep_blank_values=True)))

    def refuse(self, status: int, code: str, further: str = "") -> None:
        words = f"<Error><Code>{code}</Code><Message>private words</Message>{further}</Error>"
        self.say(status, words.encode())

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _give(self, key: str) -> None:
        found = self.holds.objects.get(key)
        if found is None:
            self.refuse(404, "NoSuchKey")
        elif self.headers.get("If-Match") not in (None, f'"{found.etag}"'):
            self.refuse(412, "PreconditionFailed")
        else:
            self.say(200, found.data, ETag=f'"{found.etag}"')

    def _list(self, asked: dict[str, str]) -> None:
        keys = sorted(key for key in self.holds.objects if key.startswith(asked.get("prefix", "")))
        begin = int(asked.get("continuation-token", "0"))
        part = keys[begin : begin + self.holds.page]
        more = begin + len(part) < len(keys)
        entries = "".join(
            f"<Contents><Key>{escape(quote(key))}</Key>"
            f"<LastModified>{self.holds.objects[key].modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>&quot;{self.holds.objects[key].etag}&quot;</ETag>"
            f"<Size>{len(self.holds.objects[key].data)}</Size></Contents>"
            for key in part
        )
        token = f"<NextContinuationToken>{begin + len(part)}</NextContinuationToken>"
        self.say(
            200,
            (
                f'<?xml version="1.0"?><ListBucketResult xmlns="{NAMESPACE}">'
                f"<Name>{self.holds.name}</Name><EncodingType>url</EncodingType>"
                f"<KeyCount>{len(part)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
                f"{token if more else ''}{entries}</ListBucketResult>"
            ).encode(),
            Content_Type="application/xml",
        )


def _signature_trouble(handler: Any, path: str, query: str, secret: str) -> str:
    """ "": it is signed by who has the secret; else S3's word for what is wrong."""
    given = handler.headers.get("Authorization", "")
    scheme, _space, rest = given.partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return "AccessDenied"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    who, day, region, service, end = parts["Credential"].split("/")
    if who != ACCESS_KEY:
        return "InvalidAccessKeyId"
    if region != REGION:
        return "AuthorizationHeaderMalformed"
    names = parts["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{' '.join(handler.headers[name].split())}\n" for name in names)
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    asked = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    digest = handler.headers["x-amz-content-sha256"]
    canonical = "\n".join(["GET", quote(unquote(path)), asked, headers, ";".join(names), digest])
    moment = handler.headers["x-amz-date"]
    scope = "/".join((day, region, service, end))
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashed])
    key = f"AWS4{secret}".encode()
    for step in (day, region, service, end):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return "" if hmac.compare_digest(expected, parts["Signature"]) else "SignatureDoesNotMatch"
