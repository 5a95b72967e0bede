"""Sends one message by Python's own smtplib, asking to hear what becomes of it (RFC 3461).

usage: send_with_wishes.py HOST:PORT KEY FROM TO ENVID
"""

import smtplib
import sys

address, key, sender, recipient, envid = sys.argv[1:]
host, port = address.rsplit(":", 1)
content = f"From: {sender}\r\nTo: {recipient}\r\nSubject: wishes\r\n\r\nthe body\r\n"
with smtplib.SMTP(host, int(port), timeout=30) as connection:
    connection.ehlo()
    assert connection.has_extn("dsn")
    connection.login("postrider", key)
    wishes = ["NOTIFY=FAILURE", f"ORCPT=rfc822;{recipient}"]
    connection.sendmail(sender, [recipient], content, ["RET=FULL", f"ENVID={envid}"], wishes)
