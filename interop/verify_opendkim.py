"""Verifies a message with opendkim-testmsg, which can ask only the system's resolver on port 53.

usage (as root): unshare --net --mount verify_opendkim.py MESSAGE RECORDS
So it runs in a network of its own, with a resolver on that network's loopback which knows the RECORDS and nothing else. RECORDS is a
JSON object from the name of each TXT record to its value.
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

SIOCSIFFLAGS = 0x8914
IFF_UP_RUNNING = 0x41


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP_RUNNING))


def resolver(records):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 53))
    while True:
        wire, peer = listener.recvfrom(4096)
        query = dns.message.from_wire(wire)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = query.question[0].name
        value = records.get(name.to_text(omit_final_dot=True))
        if value:
            parts = " ".join(f'"{value[at:at + 250]}"' for at in range(0, len(value), 250))
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", parts))
        listener.sendto(answer.to_wire(), peer)


loopback_up()
with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolv:
    resolv.write("nameserver 127.0.0.1\n")
    resolv.flush()
    subprocess.run(["mount", "--bind", resolv.name, "/etc/resolv.conf"], check=True)
    records = json.load(open(sys.argv[2]))
    threading.Thread(target=resolver, args=(records,), daemon=True).start()
    message = open(sys.argv[1], "rb").read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    verified = subprocess.run(["opendkim-testmsg"], input=message, capture_output=True, timeout=60)
    said = verified.stdout.decode() + verified.stderr.decode()
    assert verified.returncode == 0 and not said, f"exit {verified.returncode}: {said}"
    print("valid")
