"""Talking S3: the library signs requests and reads answers; what is sent leaves by connections of
ours, to addresses that were looked at, and ends in time."""

from __future__ import annotations

import http
import http.client
import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from accounts.load_places.found import CHUNK, BadPlace, PlaceError, Unreachable
from accounts.webhook_addresses import NotAllowed, Target, addresses_of
from accounts.wires import connected, secured, speaking_http, trusted

# Seconds for an answer that is no file, and its bytes: 1,000 names of 1 KB with what is said of each.
PAGE = 15.0
MOST_ANSWER = 8 * 1024 * 1024
USUAL_REGION = "us-east-1"


@dataclass(frozen=True)
class S3Account:
    endpoint: str
    region: str
    access_key: str
    secret: str = field(repr=False)
    is_path_style: bool = True


class Conversation:
    """Requests of a client of the library, sent by us until one moment.

    hosts: those that may be asked. anywhere: also inside the network.
    """

    def __init__(
        self,
        account: S3Account,
        target: Target,
        hosts: Sequence[str],
        until: float,
        *,
        anywhere: bool,
    ) -> None:
        self._target, self._hosts = target, hosts
        self._until, self._anywhere = until, anywhere
        self._status = 0
        self._client = _client(account)
        self._client.meta.events.register("before-send.s3", self._send)

    def asked(self, operation: str, **named: Any) -> dict[str, Any]:
        """The answer, which has ``Error`` where it is a refusal.

        Raises:
            BadPlace, Unreachable
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**named)
        except ClientError as error:
            if self._status == http.HTTPStatus.OK:
                # No error of a bucket's: a page of somebody's who is none.
                raise Unreachable("answer") from None
            return dict(error.response)
        except (BotoCoreError, ValueError, KeyError, TypeError, OverflowError):
            # Of the library, which could not read what was said.
            raise Unreachable("answer") from None
        return answer

    def _send(self, request: Any, **_further: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        parts = urlsplit(request.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        target = replace(self._target, host=parts.hostname or "", path=path)
        if target.host not in self._hosts:
            # Whatever the library was told by an answer: nobody is sent elsewhere.
            raise BadPlace("other_region")
        is_file = request.stream_output
        until = self._until if is_file else min(self._until, monotonic() + PAGE)
        with reading():
            response, held = _answered(target, request, until, anywhere=self._anywhere)
        self._status = response.status
        most = None if is_file and response.status == 200 else MOST_ANSWER
        headers = {name.lower(): value for name, value in response.getheaders()}
        raw = _Raw(response, held, most)
        return AWSResponse(request.url, response.status, headers, raw)


def chunks_of(body: Any) -> Iterator[bytes]:
    """An object's bytes; closed in any case.

    Raises:
        Unreachable: it broke off, or took too long.
    """
    from botocore.exceptions import BotoCoreError

    with closing(body):
        while True:
            try:
                chunk: bytes = body.read(CHUNK)
            except BotoCoreError:
                raise Unreachable("no_connection") from None
            if not chunk:
                return
            yield chunk


@contextmanager
def reading() -> Iterator[None]:
    """What may go wrong on a wire, as a place says it."""
    try:
        yield
    except PlaceError:
        raise
    except NotAllowed as refusal:
        raise BadPlace(refusal.code) from None
    except ssl.SSLError as error:
        raise Unreachable("timeout" if "timed out" in str(error) else "tls") from None
    except TimeoutError:
        raise Unreachable("timeout") from None
    except (http.client.RemoteDisconnected, http.client.IncompleteRead):
        raise Unreachable("no_connection") from None
    except http.client.HTTPException:
        raise Unreachable("no_http") from None
    except OSError:
        raise Unreachable("no_connection") from None


def _answered(
    target: Target, request: Any, until: float, *, anywhere: bool
) -> tuple[http.client.HTTPResponse, Any]:
    """The answer, and the socket that it is read through."""
    wire = connected(target, addresses_of(target, anywhere=anywhere), until)
    try:
        if target.is_tls:
            secured(wire, target, trusted())
        connection = speaking_http(wire, target)
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        connection.request(request.method, target.path, request.body or None, headers)
        return connection.getresponse(), wire.socket
    except BaseException:
        wire.socket.close()
        raise


class _Raw:
    """The body of an answer as the library reads one; never more than ``most`` bytes."""

    def __init__(self, response: http.client.HTTPResponse, held: Any, most: int | None) -> None:
        self._response, self._held = response, held
        self._left = most

    def read(self, amount: int | None = None) -> bytes:
        if self._left is not None:
            amount = self._left + 1 if amount is None else min(amount, self._left + 1)
        with reading():
            data = self._response.read(amount)
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise Unreachable("answer")
        return data

    def stream(self, *_given: Any, **_named: Any) -> Iterator[bytes]:
        try:
            while data := self.read(CHUNK):
                yield data
        finally:
            self.close()

    def close(self) -> None:
        self._response.close()
        self._held.close()


def _client(account: S3Account) -> Any:
    from botocore.config import Config

    return _session().create_client(
        "s3",
        region_name=account.region or USUAL_REGION,
        endpoint_url=account.endpoint,
        aws_access_key_id=account.access_key,
        aws_secret_access_key=account.secret,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if account.is_path_style else "virtual"},
            # The next look is the next try.
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            ignore_configured_endpoint_urls=True,
            use_fips_endpoint=False,
            use_dualstack_endpoint=False,
        ),
    )


@lru_cache(maxsize=1)
def _session() -> Any:
    """Of the library, which knows nothing of the machine: no file and no variable of whoever runs
    this says who asks. Loaded where it is used: it takes a third of a second and 20 MB."""
    from botocore.session import Session

    nothing = (None, None, None, None)
    files = (None, None, os.devnull, None)
    return Session(
        session_vars={"profile": nothing, "config_file": files, "credentials_file": files}
    )
