"""Verifies a webhook's request with the official library of Standard Webhooks, and that a changed one is refused.

usage: verify_webhook.py REQUEST
REQUEST is a JSON object: secret, headers, body.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

request = json.load(open(sys.argv[1]))
webhook = Webhook(request["secret"])
event = webhook.verify(request["body"], request["headers"])
print("valid:", event["type"])
for change in ({"body": request["body"].replace("example", "changed")}, {"headers": {**request["headers"], "webhook-id": "evt_other"}}):
    changed = {**request, **change}
    try:
        webhook.verify(changed["body"], changed["headers"])
    except WebhookVerificationError:
        continue
    sys.exit(f"a changed request was taken: {change}")
