"""Sends one message by Python's own smtplib, over STARTTLS when the server offers it.

usage: send_smtplib.py HOST:PORT KEY FROM TO SUBJECT
"""

import smtplib
import ssl
import sys
from email.message import EmailMessage

address, key, sender, recipient, subject = sys.argv[1:]
host, port = address.rsplit(":", 1)
message = EmailMessage()
message["From"], message["To"], message["Subject"] = sender, recipient, subject
message.set_content("Plain text.\n.\n..a line that begins with dots\nZürich\n")
message.add_alternative("<p>HTML</p>", subtype="html")
message.add_attachment(bytes(range(256)), maintype="application", subtype="octet-stream", filename="bytes.bin")
with smtplib.SMTP(host, int(port), timeout=30) as connection:
    connection.ehlo()
    if connection.has_extn("starttls"):
        # The certificate is made for development; what is tested is the session.
        connection.starttls(context=ssl._create_unverified_context())
        connection.ehlo()
    connection.login("postrider", key)
    connection.send_message(message)
