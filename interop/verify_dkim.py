"""Verifies every DKIM signature of a message with dkimpy, and that both algorithms signed it.

usage: verify_dkim.py MESSAGE RECORDS
RECORDS is a JSON object from the name of each TXT record to its value; nothing is asked of the DNS.
"""

import json
import sys

import dkim

message = open(sys.argv[1], "rb").read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
records = json.load(open(sys.argv[2]))


def txt(name, timeout=5):
    return records.get(name.decode().rstrip("."), "").encode() or None


head = message.split(b"\r\n\r\n", 1)[0]
signatures = head.lower().count(b"\r\ndkim-signature:") + head.lower().startswith(b"dkim-signature:")
assert signatures >= 2, f"{signatures} signatures"
algorithms = set()
for index in range(signatures):
    verifier = dkim.DKIM(message)
    assert verifier.verify(idx=index, dnsfunc=txt), f"signature {index} is not valid"
    algorithms.add(verifier.signature_fields[b"a"].decode())
assert algorithms == {"rsa-sha256", "ed25519-sha256"}, algorithms
print("valid:", *sorted(algorithms))
