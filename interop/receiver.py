"""A receiving server (aiosmtpd) that writes down what it took.

Guarantees: a line of the ledger is flushed before the 250 for its message is sent. Lines:
  got SEQ   a message was taken; SEQ is its X-Seq field, or its Message-ID
  open      a connection broke off inside a transaction: after MAIL FROM, and before the client showed by its next
            command that it had read the reply to the final dot
A mailbox named refused is refused. With --keep, each message is kept in a file of its own. Prints its port, then runs until it is signalled.
"""

import argparse
import asyncio
import email
import pathlib
import signal

from aiosmtpd.smtp import SMTP


class Receiver(SMTP):
    """aiosmtpd's session, which also knows whether a transaction is open."""

    def __init__(self, handler, **options):
        super().__init__(handler, enable_SMTPUTF8=True, data_size_limit=100_000_000, **options)
        self.transaction_open = False

    async def smtp_MAIL(self, argument):
        self.transaction_open = True
        await super().smtp_MAIL(argument)

    async def smtp_RSET(self, argument):
        self.transaction_open = False
        await super().smtp_RSET(argument)

    async def smtp_QUIT(self, argument):
        self.transaction_open = False
        await super().smtp_QUIT(argument)

    def connection_lost(self, error):
        if self.transaction_open:
            self.event_handler.write("open")
        super().connection_lost(error)


class Ledger:
    def __init__(self, path, keep):
        self.file = open(path, "a", encoding="utf-8", buffering=1)
        self.keep = keep
        self.count = 0

    def write(self, line):
        self.file.write(line + "\n")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        content = envelope.original_content
        fields = email.message_from_bytes(content.split(b"\r\n\r\n", 1)[0])
        if self.keep:
            self.count += 1
            self.keep.joinpath(f"{self.count}.eml").write_bytes(content)
        self.write(f"got {fields['X-Seq'] or fields['Message-ID']}")
        return "250 2.0.0 taken"


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    ledger = Ledger(options.ledger, options.keep)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiver(ledger, loop=loop), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


asyncio.run(main())
