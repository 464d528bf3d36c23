#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Slack, PagerDuty, webhooks and pings against an HTTP server that answers in every way.

usage: test_receivers_http.py NOTIFY_FIXTURE (a line per test, exits 1 when any failed)
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import ThreadingHTTPServer

import listener
from receivers import HOSTILE, SECRET, hostile_notice, notice, send
from runner import run_tests

FIXTURE = os.path.realpath(sys.argv[1])


class Handler(listener.Handler):
    """The last part of the path but one says how to answer; its last one is the secret."""
    protocol_version = "HTTP/1.1"
    requests = []

    def do_GET(self):
        self.requests.append((self.path, {}, b"GET"))
        self.answer(200)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        how = self.path.split("/")[1].split("?")[0]
        if how.isdigit():
            return self.answer(int(how))
        return getattr(self, "on_" + how)()

    def answer(self, status, body=None, headers=()):
        body = f"status {status} of {self.path}\r\n\x1b[31m".encode() if body is None else body
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def on_seconds(self):
        self.answer(429, headers={"Retry-After": "17"})

    def on_date(self):
        at = datetime.now(timezone.utc) + timedelta(hours=2)
        self.answer(503, headers={"Retry-After": format_datetime(at, usegmt=True)})

    def on_centuries(self):
        self.answer(503, headers={"Retry-After": "9223372036854775807"})

    def on_redirect(self):
        self.answer(302, headers={"Location": "/200/elsewhere"})

    def on_empty(self):
        self.answer(204, b"")

    def on_echo(self):
        told = json.dumps({"url": self.path, "key": SECRET, "body": self.path.replace("/", "\\/")})
        self.answer(400, told.encode())

    def on_reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def on_silent(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def on_garbage(self):
        self.wfile.write(b"\x00\x01 what is this\r\n\r\n")
        self.close_connection = True

    def on_stall(self):
        self.connection.settimeout(60)
        self.connection.recv(1)  # until the other side has had enough
        self.close_connection = True

    def on_huge(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"10000\r\n" + b"y" * 65536 + b"\r\n")
        except OSError:
            self.close_connection = True

    def on_half(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True


SERVER = listener.Listener(Handler)
ROOT = SERVER.url


def told(kind, how="200", message=None, key=None, root=ROOT, **more):
    """What came of it, and the requests that were made for it."""
    before = len(Handler.requests)
    environment = {"THE_URL": f"{root}/{how}/{SECRET}", "THE_KEY": key or SECRET}
    receiver = {"type": kind, "url": {"env": "THE_URL"}, **more.pop("receiver", {})}
    if key or kind == "pagerduty":
        receiver["key"] = {"env": "THE_KEY"}
    result = send(FIXTURE, receiver, message or notice(), environment=environment, **more)
    return result, Handler.requests[before:]


def document(request):
    return json.loads(request[2])


def test_each_type_is_delivered_once_and_says_what_was_answered():
    for kind in ("slack", "pagerduty", "webhook", "ping"):
        result, requests = told(kind)
        assert result["outcome"] == "done" and len(requests) == 1, (kind, result)
        assert result["answer"].startswith("HTTP 200: status 200 of "), result
        assert "[hidden]" in result["answer"] and "\x1b" not in result["answer"], result
    result, _ = told("webhook", "empty")
    assert result["outcome"] == "done" and result["answer"] == "HTTP 204", result


def test_statuses_are_done_for_later_or_refused():
    expected = {**dict.fromkeys(("200", "201", "202"), "done"),
                **dict.fromkeys(("408", "425", "429", "500", "502", "503", "504"), "later"),
                **dict.fromkeys(("400", "401", "403", "404", "405", "410", "413", "422"), "refused")}
    for status, outcome in expected.items():
        result, requests = told("slack", status)
        assert result["outcome"] == outcome and len(requests) == 1, (status, result)
        assert result["answer"].startswith(f"HTTP {status}: status {status}"), result
        assert bool(result["hint"]) == (outcome == "refused"), result


def test_what_the_server_asks_to_wait_is_told():
    assert told("slack", "seconds")[0]["retry_after"] == 17
    result, _ = told("slack", "date")
    assert result["outcome"] == "later" and 7100 < result["retry_after"] <= 7200, result
    assert told("slack", "centuries")[0]["retry_after"] == 365 * 86400
    assert told("slack", "500")[0]["retry_after"] == 0


def test_failures_of_the_network_are_for_later():
    words = {"reset": "the connection ended before the answer did", "silent": "the connection ended before",
             "half": "the connection ended before the answer did", "garbage": "the answer is no HTTP",
             "stall": "no answer in time"}
    for how, begin in words.items():
        result, _ = told("webhook", how, timeout="1s" if how == "stall" else "10s")
        assert result["outcome"] == "later" and result["answer"].startswith(begin), (how, result)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result, _ = told("webhook", root=f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert result["outcome"] == "later" and result["answer"] == "no connection to the host of the url", result
    result, _ = told("webhook", root="http://nowhere.invalid")
    # the latter where nobody answers for names
    assert result["outcome"] == "later" and result["answer"] in (
        "the host of the url has no address", "no answer in time")


def test_an_endless_answer_is_broken_off_and_counts_by_its_status():
    result, _ = told("webhook", "huge")
    assert result["outcome"] == "done" and result["answer"].startswith("HTTP 200: yyy"), result
    assert len(result["answer"].encode()) < 400, result


def test_a_redirect_is_not_followed():
    result, requests = told("webhook", "redirect")
    assert result["outcome"] == "refused" and len(requests) == 1, result
    assert "redirects are not followed" in result["hint"], result


def test_secrets_are_never_repeated():
    for kind in ("webhook", "pagerduty"):
        result, _ = told(kind, "echo", key=SECRET)
        assert result["answer"].count("[hidden]") >= 3, result
    # send() looks for SECRET in all that is printed
    for root in ("ftp://127.0.0.1", "", "http://", "http:// ", "mailto:"):
        result, requests = told("slack", root=root)
        assert result["outcome"] == "refused" and not requests, (root, result)
        assert result["answer"].startswith("not sent: the url"), result
    for root in ("http://[::1", f"http://127.0.0.1:{SECRET}", f"http://user:{SECRET}@127.0.0.1:1"):
        assert told("slack", root=root)[0]["outcome"] == "later", root


def test_a_secret_that_cannot_be_fetched_is_an_error_of_ours():
    result = send(FIXTURE, {"type": "slack", "url": {"env": "NOT_SET_ANYWHERE"}}, notice())
    assert result["outcome"] == "configuration" and "url of receiver x" in result["answer"], result
    assert "NOT_SET_ANYWHERE" in result["answer"], result


def test_whoever_wants_to_stop_need_not_wait():
    environment = {"THE_URL": f"{ROOT}/stall/{SECRET}"}
    result = send(FIXTURE, {"type": "slack", "url": {"env": "THE_URL"}}, notice(), "200", environment=environment,
                  timeout="50s")
    assert result["outcome"] == "interrupted", result


def test_a_server_is_spoken_to_by_tls_only_when_its_certificate_is_trusted():
    import ssl
    with tempfile.TemporaryDirectory() as directory:
        cert, key = os.path.join(directory, "c.pem"), os.path.join(directory, "k.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        result, requests = told("slack", root=f"https://localhost:{port}")
        assert result["outcome"] == "later" and not requests, result
        assert result["answer"].startswith("no trusted connection by TLS: SSL certificate problem"), result
        assert "ca_file" in result["hint"], result
        result, requests = told("slack", root=f"https://localhost:{port}", receiver={"ca_file": cert})
        assert result["outcome"] == "done" and len(requests) == 1, result
        result, _ = told("slack", root=f"https://127.0.0.1:{port}", receiver={"ca_file": cert})
        assert result["outcome"] == "later" and "127.0.0.1" not in result["answer"], result
        server.shutdown()


def test_slack_gets_a_text_beside_blocks_and_nothing_in_them_is_markup():
    _, [(_, headers, body)] = told("slack")
    message = json.loads(body)
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert message["text"] == "ALERT: Daily Backup Verification FAILED", message
    assert message["blocks"][0]["text"] == {"type": "plain_text", "text": "❌ ALERT: Daily Backup Verification FAILED"}
    shown = json.dumps(message["blocks"])
    for part in ("*Expected:* CRC-32 1c2d3e4f", "*Found:* CRC-32 00000000", "*To do:* take a new backup",
                 "<https://muster.example/run/1?a=1&amp;b=2|Look at the run>", "2026-11-22 02:00:00 UTC"):
        assert part in shown, (part, shown)
    _, [request] = told("slack", message=hostile_notice())
    message = document(request)
    for text in [message["text"]] + [b["text"]["text"] for b in message["blocks"] if b["text"]["type"] == "mrkdwn"]:
        assert "<" not in text and "\u202e" not in text and "\x1b" not in text and "\r" not in text, text
    assert message["link_names"] is False


def test_slack_messages_keep_its_limits_however_much_there_is_to_tell():
    line = {k: "<&>é\n" * 3000 for k in ("component", "check", "subject", "expected", "found", "message", "hint")}
    much = notice(lines=[{**line, "verdict": "fail"}] * 500, title="&" * 9000, next="<" * 9000, set="\u202e" * 3000)
    short = notice(lines=[{"check": f"c{i}", "verdict": "warn"} for i in range(500)])
    for message in (much, short):
        _, [request] = told("slack", message=message)
        sent = document(request)
        assert len(sent["blocks"]) <= 50
        assert all(len(b["text"]["text"]) <= (150 if b["type"] == "header" else 3000) for b in sent["blocks"])
        assert sum(len(b["text"]["text"]) for b in sent["blocks"]) < 13000
        assert any(b["text"]["text"].endswith(" more") for b in sent["blocks"])


def test_pagerduty_is_triggered_and_resolved_by_one_key():
    severities = {"failed": "critical", "error": "error", "missed": "error", "warned": "warning", "stale": "warning",
                  "test": "info", "given-up": "error"}
    for event, severity in severities.items():
        _, [request] = told("pagerduty", message=notice(event, component="database"))
        sent = document(request)
        assert sent["event_action"] == "trigger" and sent["payload"]["severity"] == severity, sent
        assert sent["dedup_key"] == "muster/shop/verify//" and sent["routing_key"] == SECRET, sent
    assert sent["payload"]["source"] == "shop" and sent["payload"]["component"] == "database"
    assert sent["payload"]["custom_details"]["did_not_hold"][0]["expected"] == "CRC-32 1c2d3e4f"
    assert sent["payload"]["timestamp"] == "2026-11-22T03:00:00Z"
    assert sent["links"] == [{"href": "https://muster.example/run/1?a=1&b=2", "text": "The run"}]
    _, [request] = told("pagerduty", message=notice("recovered"))
    assert document(request)["event_action"] == "resolve" and document(request)["dedup_key"] == "muster/shop/verify//"


def test_nobody_is_paged_for_a_drill_or_for_what_is_well():
    for event in ("passed", "announced", "started", "finished"):
        result, requests = told("pagerduty", message=notice(event))
        assert result["outcome"] == "done" and result["answer"] == "nothing to tell" and not requests, result
    for event in ("failed", "error", "missed", "recovered"):
        assert not told("pagerduty", message=notice(event, kind="drill"))[1], event
    assert len(told("pagerduty", message=notice("test", kind="drill"))[1]) == 1


def test_pagerduty_events_keep_its_limits():
    long = "k" * 300
    line = {k: "\x07é" * 9000 for k in ("expected", "found", "message")}
    keys = set()
    for key in (long, long + "1"):
        _, [request] = told("pagerduty", message=notice(key=key, title="t" * 5000, platform="p" * 900,
                                                         lines=[{**line, "verdict": "fail"}] * 200))
        sent = document(request)
        assert len(sent["dedup_key"]) <= 255 and len(sent["payload"]["summary"]) <= 1024
        assert len(request[2]) < 512 * 1024
        assert sent["payload"]["custom_details"]["more"] == 150
        keys.add(sent["dedup_key"])
    assert len(keys) == 2
    _, [request] = told("pagerduty", message=hostile_notice())
    assert "links" not in document(request) and "\n" not in document(request)["payload"]["summary"]


def test_webhooks_get_cloud_events():
    _, [(_, headers, body)] = told("webhook", message=notice("given-up", platform="my shop/é"))
    event = json.loads(body)
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert "webhook-signature" not in headers
    assert {k: v for k, v in event.items() if k != "data"} == {
        "specversion": "1.0", "type": "io.muster.given-up.v1", "source": "/muster/my%20shop%2F%C3%A9",
        "subject": "run/20261122T030000Z-3f2a", "id": "20261122T030000Z-3f2a/1", "time": "2026-11-22T03:00:00Z",
        "datacontenttype": "application/json"}
    assert event["data"]["lines"][0]["found"] == "CRC-32 00000000" and event["data"]["since"].endswith(".000000001Z")
    _, [request] = told("webhook", message=hostile_notice())
    assert document(request)["data"]["title"] == HOSTILE
    assert "bcc" not in request[1]
    _, [request] = told("webhook", message=notice("stale", run=""))
    assert document(request)["subject"] == "muster/shop/verify//"


def test_webhooks_are_signed_so_that_anybody_with_the_key_can_tell():
    raw = b"\x00\xff bytes of any kind ..."
    for key, secret in (("plain words", b"plain words"), ("whsec_" + base64.b64encode(raw).decode(), raw)):
        _, [(_, headers, body)] = told("webhook", key=key)
        assert headers["webhook-id"] == "20261122T030000Z-3f2a/1"
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 3600
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == "v1," + digest
    result, requests = told("webhook", key="whsec_?" + SECRET)
    assert result["outcome"] == "configuration" and not requests, result


def test_pings_go_where_the_event_belongs():
    suffixes = {"started": "/start", "passed": "", "warned": "", "recovered": "", "failed": "/fail", "error": "/fail",
                "test": "/log"}
    for event, suffix in suffixes.items():
        _, [(path, headers, body)] = told("ping", message=notice(event))
        path, _, query = path.partition("?")
        assert path == f"/200/{SECRET}{suffix}", (event, path)
        assert query.startswith("rid=") and str(uuid.UUID(query[4:])) == query[4:], query
        assert b"CRC-32 1c2d3e4f" in body and headers["content-type"].startswith("text/plain")
    for verdict, suffix in (("pass", ""), ("warn", ""), ("fail", "/fail"), ("error", "/fail")):
        _, [(path, *_)] = told("ping", message=notice("finished", verdict=verdict))
        assert path.partition("?")[0].endswith(SECRET + suffix), path
    for event in ("missed", "stale", "announced", "given-up"):
        assert not told("ping", message=notice(event))[1], event


def test_pings_keep_a_query_and_tell_one_run_from_another():
    paths = []
    for run in ("a", "a", "b", ""):
        environment = {"THE_URL": f"{ROOT}/200/{SECRET}/?x=1"}
        before = len(Handler.requests)
        send(FIXTURE, {"type": "ping", "url": {"env": "THE_URL"}}, notice(run=run), environment=environment)
        paths.append(Handler.requests[before][0])
    assert paths[0] == paths[1] != paths[2] and paths[0].startswith(f"/200/{SECRET}/fail?x=1&rid=")
    assert paths[3] == f"/200/{SECRET}/fail?x=1"
    _, [request] = told("ping", message=notice(lines=[{"message": "é" * 900, "verdict": "fail"}] * 100))
    assert len(request[2]) <= 10000 and b" more\n" in request[2] and b"muster run show" in request[2]
    request[2].decode()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
