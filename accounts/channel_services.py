"""Chat services and their addresses, as apprise speaks to them. People paste what the service shows."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import parse_qs, quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# By service: schemes of apprise. The hosts behind all but those of Teams are the service's own.
SCHEMES: dict[str, tuple[str, ...]] = {
    "slack": ("slack",),
    "teams": ("workflow", "workflows"),
    "dingtalk": ("dingtalk",),
    "wecom": ("wecombot",),
    "feishu": ("feishu", "lark"),
}
# Where Microsoft runs what a team's webhook is.
TEAMS_HOSTS = (".logic.azure.com", ".api.powerplatform.com", ".logic.azure.cn")


class ChannelRefused(Exception):
    """The service did not take it, or must not be asked."""


def address_of(service: str, pasted: str, secret: str = "") -> str:
    """The address by which apprise tells a service.

    Args:
        pasted: the webhook as the service shows it, or an address of apprise.
        secret: of DingTalk's signed robots.

    Raises:
        ValidationError: it is no address of this service, or leads inside the operator's network.
    """
    try:
        text = _as_apprise(service, pasted.strip())
    except ValueError:
        # Brackets or a port that no address has.
        text = ""
    if service == "dingtalk" and secret.strip() and "@" not in text:
        text = text.replace("dingtalk://", f"dingtalk://{quote(secret.strip(), safe='')}@", 1)
    if urlsplit(text).scheme not in SCHEMES[service] or not _is_known(text):
        raise ValidationError(
            _("This is no webhook of this service. Paste it as it is shown there.")
        )
    if service == "teams":
        _check_host(urlsplit(text).hostname or "")
    return text


def tell(address: str, title: str, words: str, link: str) -> None:
    """
    Raises:
        ChannelRefused: it was not taken.
    """
    # Imported here: it knows a hundred services, and only who has channels waits for that.
    import apprise

    if urlsplit(address).scheme in SCHEMES["teams"]:
        try:
            _check_host(urlsplit(address).hostname or "")
        except ValidationError as error:
            raise ChannelRefused from error
    channel = apprise.Apprise()
    if not channel.add(address):
        raise ChannelRefused
    if not channel.notify(title=title, body=f"{words}\n{link}" if link else words):
        raise ChannelRefused


def _as_apprise(service: str, text: str) -> str:
    """
    Raises:
        ValueError: it is no address at all.
    """
    if urlsplit(text).scheme in ("http", "https"):
        return _from_webhook(service, text)
    return text


def _from_webhook(service: str, text: str) -> str:
    parts = urlsplit(text)
    host, path = (parts.hostname or "").lower(), parts.path
    if service == "dingtalk" and host in ("oapi.dingtalk.com", "api.dingtalk.com"):
        token = parse_qs(parts.query).get("access_token", [""])[0]
        return f"dingtalk://{quote(token, safe='')}/"
    if service == "wecom" and host == "qyapi.weixin.qq.com":
        return f"wecombot://{quote(parse_qs(parts.query).get('key', [''])[0], safe='')}/"
    hook = re.fullmatch(r"/open-apis/bot/v2/hook/([\w-]+)/?", path)
    if service == "feishu" and hook:
        scheme = {"open.feishu.cn": "feishu", "open.larksuite.com": "lark"}.get(host, "")
        return f"{scheme}://{hook[1]}/" if scheme else ""
    hook = re.fullmatch(r"/services/(T\w+)/(B\w+|A\w+)/(\w+)/?", path)
    if service == "slack" and host == "hooks.slack.com" and hook:
        return f"slack://{hook[1]}/{hook[2]}/{hook[3]}/"
    found = re.search(r"/workflows/([^/]+)/triggers/", path)
    signature = parse_qs(parts.query).get("sig", [""])[0]
    if service == "teams" and found and signature:
        port = f":{parts.port}" if parts.port else ""
        version = parse_qs(parts.query).get("api-version", [""])[0]
        more = f"?ver={quote(version, safe='')}" if version else ""
        return f"workflow://{host}{port}/{found[1]}/{quote(signature, safe='')}/{more}"
    return ""


def _is_known(address: str) -> bool:
    import apprise

    return apprise.Apprise.instantiate(address, suppress_exceptions=True) is not None


def _check_host(host: str) -> None:
    """
    Raises:
        ValidationError: not Microsoft's, or inside the network, and the operator did not allow it.
    """
    if settings.CHANNELS_ANYWHERE:
        return
    if not host.lower().endswith(TEAMS_HOSTS) or not _is_public(host):
        raise ValidationError(_("This address is not one of Microsoft's."))


def _is_public(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        # Not to be reached now is not inside the network; telling it will fail and be tried again.
        return True
    return all(ipaddress.ip_address(where[4][0]).is_global for where in found)
