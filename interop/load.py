"""Drives load over SMTP (smtplib) and HTTP (urllib), through as many crashes of the server as may come.

Guarantees: a line with the message's number is flushed to the ledger after its 250 or 200 was read, never before; a message
without an answer is not sent again and not written down. Runs until SIGTERM, then ends within a few seconds.
"""

import argparse
import json
import signal
import smtplib
import threading
import urllib.error
import urllib.request

TEXT = "A line of text that fills the message.\r\n" * 40
PAUSE_AFTER_FAILURE_S = 0.02


class Load:
    def __init__(self, options):
        self.options = options
        self.ledger = open(options.ledger, "a", encoding="ascii", buffering=1)
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def accepted(self, number):
        with self.lock:
            self.ledger.write(number + "\n")

    def numbers(self, name):
        count = 0
        while not self.ended.is_set():
            count += 1
            yield f"{name}-{count}"

    def smtp(self, name):
        host, port = self.options.smtp.rsplit(":", 1)
        connection = None
        for number in self.numbers(name):
            message = (
                f"From: sender@{self.options.domain}\r\nTo: r@sink.example\r\nSubject: crash {number}\r\n"
                f"X-Seq: {number}\r\n\r\n{TEXT}"
            )
            try:
                if connection is None:
                    connection = smtplib.SMTP(host, int(port), timeout=30)
                connection.sendmail(f"sender@{self.options.domain}", [f"r-{number}@sink.example"], message)
                self.accepted(number)
            except (OSError, smtplib.SMTPException):
                connection = None
                self.ended.wait(PAUSE_AFTER_FAILURE_S)

    def http(self, name):
        for number in self.numbers(name):
            body = {
                "from": f"sender@{self.options.domain}",
                "to": [f"r-{number}@sink.example"],
                "subject": f"crash {number}",
                "text": TEXT,
                "headers": {"X-Seq": number},
            }
            headers = {"Authorization": f"Bearer {self.options.key}", "Content-Type": "application/json"}
            request = urllib.request.Request(
                self.options.http + "/emails", json.dumps(body).encode(), headers, method="POST"
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    answer.read()
                    if answer.status == 200:
                        self.accepted(number)
            except urllib.error.HTTPError as error:
                print(f"HTTP {error.code}: {error.read()[:300]}", flush=True)
                self.ended.wait(PAUSE_AFTER_FAILURE_S)
            except OSError:
                self.ended.wait(PAUSE_AFTER_FAILURE_S)
            except Exception as error:  # an answer that broke off in the middle
                print(f"HTTP: {error!r}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["smtp", "http", "key", "ledger", "domain"]:
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--smtp-threads", type=int, default=6)
    parser.add_argument("--http-threads", type=int, default=4)
    options = parser.parse_args()
    load = Load(options)
    signal.signal(signal.SIGTERM, lambda *_: load.ended.set())
    threads = [threading.Thread(target=load.smtp, args=(f"smtp{n}",)) for n in range(options.smtp_threads)]
    threads += [threading.Thread(target=load.http, args=(f"http{n}",)) for n in range(options.http_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
