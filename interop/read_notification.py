"""Reads a delivery status notification as a mail program would, by Python's own email package.

usage: read_notification.py MESSAGE SENDER RECIPIENT ENVID
"""

import email
import email.policy
import sys

path, sender, recipient, envid = sys.argv[1:]
message = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
assert not message.defects, message.defects
assert message.get_content_type() == "multipart/report", message.get_content_type()
assert message.get_param("report-type") == "delivery-status"
assert message["Auto-Submitted"] == "auto-replied" and message["To"].addresses[0].addr_spec == sender
assert message["Date"].datetime and message["Message-ID"], "who it is, and when"

words, status, returned = message.iter_parts()
assert words.get_content_type() == "text/plain" and recipient in words.get_content()
assert status.get_content_type() == "message/delivery-status"
about_message, about_recipient = status.get_payload()
assert about_message["Reporting-MTA"].startswith("dns; ") and about_message["Arrival-Date"]
assert about_message["Original-Envelope-Id"] == envid, about_message["Original-Envelope-Id"]
assert about_recipient["Original-Recipient"] == f"rfc822; {recipient}"
assert about_recipient["Final-Recipient"] == f"rfc822; {recipient}"
assert about_recipient["Action"] == "failed" and about_recipient["Status"].startswith("5.")
assert about_recipient["Diagnostic-Code"].startswith("smtp; 5"), about_recipient["Diagnostic-Code"]
assert returned.get_content_type() == "message/rfc822"
original = returned.get_content()
assert original["From"].addresses[0].addr_spec == sender and "the body" in original.get_content()
assert not any(part.defects for part in message.walk()), "a part is malformed"
print("read:", about_recipient["Action"], about_recipient["Status"])
