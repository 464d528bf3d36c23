# SPDX-License-Identifier: Apache-2.0
"""For tests: a bucket of s3_server.py spoken to without muster's client, and a proxy before it that fails as asked."""
import datetime
import hashlib
import hmac
import html
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import listener

UNSIGNED = "UNSIGNED-PAYLOAD"


class Bucket:
    """Of the server that `told` describes; signature version 4 as its specification has it."""

    def __init__(self, told, name, locks=False):
        self.told, self.name = told, name
        self.host = urlsplit(told["endpoint"]).netloc
        self.call("PUT", "", headers={"x-amz-bucket-object-lock-enabled": "true"} if locks else {})

    def call(self, method, key, body=b"", query=(), headers=()):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        path = quote(f"/{self.name}" + (f"/{key}" if key else ""), safe="/-_.~")
        asked = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(dict(query).items()))
        sent = {"host": self.host, "x-amz-content-sha256": UNSIGNED, "x-amz-date": stamp,
                **{k.lower(): v for k, v in dict(headers).items()}}
        names = ";".join(sorted(sent))
        request = "\n".join([method, path, asked, *(f"{k}:{sent[k]}" for k in sorted(sent)), "", names, UNSIGNED])
        scope = f"{day}/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
        sign = ("AWS4" + self.told["secret_key"]).encode()
        for part in (*scope.split("/"), text):
            sign = hmac.new(sign, part.encode(), hashlib.sha256).digest()
        sent["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.told['access_key']}/{scope}, "
                                 f"SignedHeaders={names}, Signature={sign.hex()}")
        connection = http.client.HTTPConnection(self.host, timeout=120)
        connection.request(method, path + (f"?{asked}" if asked else ""), body, sent)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        assert answer.status in (200, 204, 404), (method, key, answer.status, answer.content)
        return answer

    def keys(self):
        found = self.call("GET", "", query={"list-type": "2", "encoding-type": "url", "max-keys": "1000"}).content
        return [unquote(html.unescape(k.decode())) for k in re.findall(rb"<Key>(.*?)</Key>", found)]

    def get(self, key):
        answer = self.call("GET", key)
        return answer.content if answer.status == 200 else None

    def put(self, key, body, sha256=None):
        self.call("PUT", key, body, headers={"x-amz-meta-sha256": sha256} if sha256 else {})

    def put_in_parts(self, key, body, part, sha256=None):
        answer = self.call("POST", key, query={"uploads": ""}, headers={"x-amz-meta-sha256": sha256} if sha256 else {})
        upload = re.search(rb"<UploadId>(.*?)</UploadId>", answer.content)[1].decode()
        listed = ""
        for number, at in enumerate(range(0, len(body), part), 1):
            answer = self.call("PUT", key, body[at:at + part], query={"partNumber": str(number), "uploadId": upload})
            listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{answer.headers['ETag']}</ETag></Part>"
        self.call("POST", key, f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode(),
                  query={"uploadId": upload})

    def remove(self, key):
        self.call("DELETE", key)

    def begin_upload(self, key):
        """And leave it at that."""
        return re.search(rb"<UploadId>(.*?)</UploadId>", self.call("POST", key, query={"uploads": ""}).content)[1].decode()

    def uploads(self):
        return re.findall(rb"<UploadId>", self.call("GET", "", query={"uploads": ""}).content)

    def keep_versions(self):
        self.call("PUT", "", b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
                  query={"versioning": ""})


def ask_action(told, **words):
    """What IAM's or STS's API answers to an action."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, scope = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d/us-east-1/sts/aws4_request")
    body, kind, names = urlencode(words).encode(), "application/x-www-form-urlencoded", "content-type;host;x-amz-date"
    host = urlsplit(told["endpoint"]).netloc
    request = (f"POST\n/\n\ncontent-type:{kind}\nhost:{host}\nx-amz-date:{stamp}\n\n{names}\n"
               f"{hashlib.sha256(body).hexdigest()}")
    sign = ("AWS4" + told["secret_key"]).encode()
    for part in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"):
        sign = hmac.new(sign, part.encode(), hashlib.sha256).digest()
    connection = http.client.HTTPConnection(host, timeout=120)
    connection.request("POST", "/", body, {"Content-Type": kind, "X-Amz-Date": stamp, "Authorization":
                       f"AWS4-HMAC-SHA256 Credential={told['access_key']}/{scope}, SignedHeaders={names}, "
                       f"Signature={sign.hex()}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200, (words, answer.status, text)
    return text


def session_of(told):
    """Credentials of the server's owner that end in 15 minutes: access key, secret key, session token."""
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:*", "s3:*"], "Resource": "*"}]}
    ask_action(told, Action="PutUserPolicy", UserName="owner", PolicyName="sessions", PolicyDocument=json.dumps(allowed))
    text = ask_action(told, Action="GetSessionToken", DurationSeconds="900", Version="2011-06-15")
    return [html.unescape(re.search(f"<{name}>(.*?)</{name}>", text)[1])
            for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]


def refusal(status, code, more=""):
    return status, f'<?xml version="1.0"?><Error><Code>{code}</Code>{more}</Error>'.encode()


class Proxy:
    """
    Hands each request on to the server as it is, and its answer back. `fault(method, key)` may yield (status, body)
    to be answered instead, "cut" (half of the answer's body, then the end), "silence" (no answer for STALL seconds),
    "hang up" (none at all), headers (a dict) to be added, or a function of the body that yields what it becomes.
    `query` and `headers` are of the request that came last.
    """
    STALL = 4

    def __init__(self, endpoint):
        self.target, self.fault, self.seen = urlsplit(endpoint).netloc, None, []
        self.query, self.headers = {}, {}
        proxy = self

        class Handler(listener.Handler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]
                proxy.seen.append((self.command, key))
                proxy.query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
                proxy.headers = {k.lower(): v for k, v in self.headers.items()}
                what = proxy.fault(self.command, key) if proxy.fault else None
                if isinstance(what, tuple):
                    return self.answer(what[0], {}, what[1], len(what[1]))
                if what in ("silence", "hang up"):
                    time.sleep(proxy.STALL if what == "silence" else 0)
                    return self.hang_up()
                connection = http.client.HTTPConnection(proxy.target, timeout=120)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() != "expect":
                        connection.putheader(name, value)
                connection.endheaders(body or None)
                got = connection.getresponse()
                content = got.read()
                length = int(got.headers.get("Content-Length") or len(content))
                headers = {k: v for k, v in got.headers.items()
                           if k.lower() not in ("content-length", "connection", "transfer-encoding")}
                connection.close()
                if isinstance(what, dict):
                    headers.update(what)
                if callable(what):
                    content = what(content)
                    length = len(content)
                self.answer(got.status, headers, content[:len(content) // 2] if what == "cut" else content, length)
                if what == "cut":
                    self.hang_up()

            def hang_up(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_one

            def answer(self, status, headers, content, length):
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

        self.endpoint = listener.Listener(Handler).url


class Servers:
    """s3_server.py, until down()."""

    def __init__(self, *options):
        script = Path(__file__).with_name("s3_server.py")
        self.process = subprocess.Popen([sys.executable, script, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(self.process.wait())
        self.told = json.loads(line)

    def down(self):
        self.process.stdin.close()
        self.process.wait()
