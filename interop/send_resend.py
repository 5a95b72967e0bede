"""Sends one message by the unmodified Resend SDK for Python.

usage: send_resend.py URL KEY FROM TO SUBJECT
"""

import sys

import resend

url, key, sender, recipient, subject = sys.argv[1:]
resend.api_url = url
resend.api_key = key
answer = resend.Emails.send(
    {
        "from": sender,
        "to": [recipient],
        "subject": subject,
        "html": "<p>Hello from the SDK</p>",
        "tags": [{"name": "kind", "value": "interop"}],
        "attachments": [{"filename": "a.txt", "content": list(b"attached")}],
    }
)
assert answer["id"], answer
print(answer["id"])
