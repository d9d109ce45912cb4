"""What a developer pastes so that a product sends its usage here: per client library a few lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

EVENT, CUSTOMER, PERSON, MODULE = "Report opened", "C-0001", "ann@customer.example", "reports"


@dataclass(frozen=True)
class Snippet:
    """``key`` names it in addresses of the page; ``label`` is a proper name and not translated."""

    key: str
    label: str
    text: str

    @property
    def rows(self) -> int:
        """Lines of the text, for the field that shows it."""
        return self.text.count("\n") + 1


def snippets(address: str, write_key: str) -> list[Snippet]:
    """
    Args:
        address: of this installation, without a slash at the end.
        write_key: as the client sends it, or words in its place.
    """
    host = urlsplit(address)
    values = {
        "address": json.dumps(address),
        "api_host": json.dumps(f"{host.netloc}{host.path}/v1"),
        "protocol": json.dumps(host.scheme),
        "key": json.dumps(write_key, ensure_ascii=False),
        "event": json.dumps(EVENT),
        "customer": json.dumps(CUSTOMER),
        "person": json.dumps(PERSON),
        "module": json.dumps(MODULE),
    }
    return [Snippet(key, label, text % values) for key, label, text in _TEXTS] + [
        Snippet("curl", "curl", _curl(address, write_key))
    ]


def _curl(address: str, write_key: str) -> str:
    event = {
        "event": EVENT,
        "userId": PERSON,
        "context": {"groupId": CUSTOMER},
        "properties": {"module": MODULE},
    }
    return (
        f"curl {address}/v1/track \\\n"
        f"  -u '{write_key}:' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps(event)}'"
    )


_TEXTS = (
    (
        "segment-python",
        "Segment · Python",
        """\
# pip install segment-analytics-python
import segment.analytics as analytics

analytics.write_key = %(key)s
analytics.host = %(address)s

analytics.track(
    %(person)s,
    %(event)s,
    {"module": %(module)s},
    context={"groupId": %(customer)s},
)""",
    ),
    (
        "rudderstack-python",
        "RudderStack · Python",
        """\
# pip install rudder-sdk-python
import rudderstack.analytics as analytics

analytics.write_key = %(key)s
analytics.dataPlaneUrl = %(address)s

analytics.track(
    %(person)s,
    %(event)s,
    {"module": %(module)s},
    context={"groupId": %(customer)s},
)""",
    ),
    (
        "browser",
        "Segment · JavaScript",
        """\
// npm install @segment/analytics-next
import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load({
  writeKey: %(key)s,
  cdnSettings: {
    integrations: {
      "Segment.io": { apiKey: %(key)s, apiHost: %(api_host)s, protocol: %(protocol)s },
    },
  },
});

analytics.identify(%(person)s);
analytics.group(%(customer)s);
analytics.track(%(event)s, { module: %(module)s });""",
    ),
    (
        "node",
        "Segment · Node.js",
        """\
// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: %(key)s, host: %(address)s });

analytics.track({
  userId: %(person)s,
  event: %(event)s,
  properties: { module: %(module)s },
  context: { groupId: %(customer)s },
});""",
    ),
)
