"""Does with a tracked mail what people's browsers or scanners do. Usage: read_tracked.py RAW FOLDER person CHROMIUM | scanner

A person's browser shows the mail for some seconds, loads its pictures, and opens its first link: a real Chromium.
A scanner asks for every address in it within a moment, HEAD before GET, under a browser's name."""
import email
import email.policy
import pathlib
import re
import subprocess
import sys
import urllib.request

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# Longer than three beats of the image that measures for how long a mail is shown.
SHOWN_MS = 7000


def browse(chromium, profile, address, expected):
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
             "--disable-component-update", "--no-first-run", f"--user-agent={AGENT}", f"--user-data-dir={profile}",
             f"--timeout={SHOWN_MS}", "--dump-dom", address]
    shown = subprocess.run([chromium, *flags], check=True, timeout=120, capture_output=True)
    assert expected in shown.stdout, f"Chromium shows {shown.stdout[:500]!r} at {address}: {shown.stderr[-500:]!r}"


def scan(address):
    for method in ["HEAD", "GET"]:
        request = urllib.request.Request(address, method=method, headers={"User-Agent": AGENT})
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()


raw, folder, reader = sys.argv[1:4]
message = email.message_from_bytes(pathlib.Path(raw).read_bytes(), policy=email.policy.SMTP)
html = message.get_body(("html",)).get_content()
links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', html)]
clicks = [link for link in links if "/t/c/" in link]
assert len(clicks) >= 3, links
if reader == "person":
    page = pathlib.Path(folder, "mail.html")
    page.write_text(html, encoding="utf-8")
    profile = str(pathlib.Path(folder, "profile"))
    browse(sys.argv[4], profile, page.as_uri(), b"Offer 1")
    browse(sys.argv[4], profile, clicks[0], b"Postrider")
else:
    for link in links:
        scan(link)
