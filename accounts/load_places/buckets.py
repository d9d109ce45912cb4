"""A bucket that speaks S3: what it holds, and reading an object."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, BinaryIO

from accounts.load_places.found import (
    MOST_FILES,
    BadPlace,
    Beat,
    Changed,
    Found,
    Listing,
    TooLarge,
    Unreachable,
    Unreadable,
    storable,
)
from accounts.load_places.s3_wires import Conversation, S3Account, chunks_of
from accounts.webhook_addresses import NotAllowed, Target, target_of

# Seconds: for a listing, and for a file beside its size.
WHOLE, BEGIN = 30.0, 15.0
# Bytes a second at which a file has to come, so that one bucket does not hold a worker for hours.
SLOWEST = 256 * 1024

# Names as S3 has them; what is in an address cannot mean anything else.
is_bucket_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]", re.ASCII).fullmatch
is_region = re.compile(r"[a-z0-9-]{1,50}", re.ASCII).fullmatch

_BAD_KEYS = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity", "NotSignedUp")
_OTHER_REGION = (
    "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException",
)  # fmt: skip
# Most are hexadecimal digits; what Google makes of parts is not.
_is_etag = re.compile(r"[\x20\x21\x23-\x7e]{1,200}").fullmatch


@dataclass(frozen=True)
class Bucket:
    """``endpoint`` with its scheme; ``anywhere``: the operator allows addresses inside the network."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    access_key: str
    secret: str = field(repr=False)
    is_path_style: bool = True
    anywhere: bool = False
    # For a listing, in seconds.
    patience: float = WHOLE

    def listed(self) -> Listing:
        files: list[Found] = []
        wire = self._conversation(self.patience)
        asked: dict[str, Any] = {"Bucket": self.bucket, "Prefix": self.prefix}
        while True:
            answer = self._asked(wire, "list_objects_v2", **asked)
            for entry in answer.get("Contents", []):
                if len(files) >= MOST_FILES:
                    return Listing(files, is_cut=True)
                if (found := _found(entry, self.prefix)) is not None:
                    files.append(found)
            further = answer.get("NextContinuationToken")
            if not answer.get("IsTruncated") or not further:
                return Listing(sorted(files, key=lambda one: one.name))
            asked["ContinuationToken"] = further

    def read(self, found: Found, into: BinaryIO, *, most: int, beat: Beat) -> str:
        if found.size > most:
            raise TooLarge
        wire = self._conversation(BEGIN + found.size / SLOWEST)
        key = f"{self.prefix}{found.name}"
        etag = f'"{found.mark}"'
        answer = self._asked(wire, "get_object", Bucket=self.bucket, Key=key, IfMatch=etag)
        digest, size = hashlib.sha256(), 0
        for chunk in chunks_of(answer["Body"]):
            size += len(chunk)
            if size > most:
                raise TooLarge
            digest.update(chunk)
            into.write(chunk)
            beat()
        if size != found.size:
            raise Changed
        return digest.hexdigest()

    def _conversation(self, seconds: float) -> Conversation:
        try:
            target = target_of_endpoint(self.endpoint, anywhere=self.anywhere)
        except NotAllowed as refusal:
            raise BadPlace(refusal.code) from None
        account = S3Account(
            self.endpoint.strip().rstrip("/"), self.region, self.access_key, self.secret,
            is_path_style=self.is_path_style,
        )  # fmt: skip
        hosts = (target.host, f"{self.bucket}.{target.host}".lower())
        return Conversation(account, target, hosts, monotonic() + seconds, anywhere=self.anywhere)

    def _asked(self, conversation: Conversation, operation: str, **named: Any) -> Any:
        """
        Raises:
            BadPlace, Unreachable, Unreadable, Changed
        """
        answer = conversation.asked(operation, **named)
        if "Error" in answer:
            raise _refusal(answer, is_file=operation == "get_object")
        return answer


def target_of_endpoint(endpoint: str, *, anywhere: bool) -> Target:
    """
    Raises:
        NotAllowed: it is no address of a host that may be asked.
    """
    target = target_of(endpoint, anywhere=anywhere)
    if "?" in endpoint or "#" in endpoint:
        raise NotAllowed("no_address")
    return target


def _found(entry: Mapping[str, Any], prefix: str) -> Found | None:
    key, modified = entry.get("Key", ""), entry.get("LastModified")
    name, etag = key[len(prefix) :], str(entry.get("ETag", "")).strip('"')
    # Programs that show a bucket as folders leave objects that end with a slash.
    if not key.startswith(prefix) or key.endswith("/") or not storable(name):
        return None
    if not _is_etag(etag):
        return None
    at = modified if isinstance(modified, datetime) else None
    return Found(name, etag, max(0, int(entry.get("Size", 0))), at)


def _refusal(answer: Mapping[str, Any], *, is_file: bool) -> Exception:
    """What the bucket's error means. Its own words are not shown: they may name what is private."""
    said, status = answer.get("Error", {}), answer["ResponseMetadata"]["HTTPStatusCode"]
    code = str(said.get("Code", ""))
    if code in _BAD_KEYS:
        return BadPlace("bad_credentials")
    if code in _OTHER_REGION or status in (301, 307):
        region = str(said.get("Region", ""))
        return BadPlace("other_region", region if is_region(region) else "")
    if code == "RequestTimeTooSkewed":
        return Unreachable("clock")
    if code == "NoSuchBucket":
        return BadPlace("no_bucket")
    if is_file and status == 412:
        return Changed()
    if is_file and status == 404:
        return Unreadable("gone")
    if status in (401, 403):
        return Unreadable("denied") if is_file else BadPlace("denied")
    if status == 404:
        return BadPlace("no_bucket")
    if status in (429, 503):
        return Unreachable("busy", str(status))
    return Unreachable("status", str(status))
