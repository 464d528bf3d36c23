#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A server on loopback that speaks S3 wrongly: the key asked for, or else the bucket, names the fault.

Prints one line of JSON when it is up, and ends when its standard input does. /_seen/KEY tells the
requests of a key so far, as JSON: method, query, Range and If-Match of each, and seconds since the one before.
It is also the metadata service of an instance (/latest) and of a container (/container/keys).
"""
import hashlib
import json
import re
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

SIZE = 20 << 20
CONTENT = hashlib.shake_256(b"content").digest(1 << 20) * (SIZE >> 20)
OTHER = hashlib.shake_256(b"other").digest(1 << 20) * (SIZE >> 20)
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
ERRORS = {  # status, code, further elements, headers
    "expired": (400, "ExpiredToken", "", {}),
    "skew": (403, "RequestTimeTooSkewed", "<RequestTime>20200101T000000Z</RequestTime>"
             "<ServerTime>2031-02-03T04:05:06Z</ServerTime>", {}),
    "region": (400, "AuthorizationHeaderMalformed", "<Region>eu-north-7</Region>", {}),
    "redirect": (301, "PermanentRedirect", "", {"x-amz-bucket-region": "eu-north-8"}),
    "archived": (403, "InvalidObjectState", "<StorageClass>GLACIER</StorageClass>", {}),
    "always-500": (500, "InternalError", "", {}),
    "always-slow": (503, "SlowDown", "", {}),
    "once-slow": (503, "SlowDown", "", {"Retry-After": "1"}),
    "twice-500": (500, "InternalError", "", {}),
    "once-timeout": (400, "RequestTimeout", "", {}),
    "long-message": (403, "AccessDenied", "<Message>" + "m" * 5000 + "\x07" + "</Message>", {}),
}
TIMES = {"once-slow": 1, "once-timeout": 1, "twice-500": 2, "put-once-503": 1}


def document(code, more):
    return f'<?xml version="1.0"?><Error><Code>{code}</Code>{more}<RequestId>1</RequestId></Error>'.encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen, stored, uploads = {}, {}, {}
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def look(self):
        """Count the request; yields how many there were of this key before it."""
        with self.lock:
            past = self.seen.setdefault(self.name, [])
            now = time.monotonic()
            past.append({"method": self.command, "query": self.query, "range": self.headers.get("Range"),
                         "match": self.headers.get("If-Match"), "at": now,
                         "waited": now - past[-1]["at"] if past else 0})
            return len(past) - 1

    def handle_one(self):
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        bucket, _, key = parts.path.lstrip("/").partition("/")
        self.bucket, self.key = bucket, unquote(key)
        if bucket == "_seen":
            return self.reply(200, json.dumps(self.seen.get(self.key, [])).encode())
        if bucket in ("latest", "container"):
            return self.metadata(parts.path)
        self.name = self.key or bucket
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        before = self.look()
        if self.name in ERRORS and before < TIMES.get(self.name, 1 << 30):
            status, code, more, headers = ERRORS[self.name]
            return self.reply(status, document(code, more), headers)
        if not self.key:
            return self.listing(before)
        return getattr(self, f"on_{self.command.lower()}")(before)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_one

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def flood(self, status, begin, piece, headers=()):
        """Without an end, in chunks."""
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(begin), begin))
                begin = piece
        except OSError:
            self.close_connection = True

    def cut(self, reset=False):
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        self.close_connection = True

    def metadata(self, path):
        """The metadata services of an instance and of a container: a new key each time they are asked."""
        self.name = path
        count = self.look() + 1
        keys = {"Code": "Success", "AccessKeyId": f"role{count}", "SecretAccessKey": "s", "Token": f"session{count}",
                "Expiration": "2035-01-01T00:00:00Z"}
        if path == "/latest/api/token":
            good = self.command == "PUT" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
            return self.reply(200, b"the-token") if good else self.reply(400)
        if path == "/container/keys":
            good = self.headers.get("Authorization") == "of-the-container"
        else:
            good = self.headers.get("X-aws-ec2-metadata-token") == "the-token"
        answers = {"/latest/meta-data/iam/security-credentials/": b"the-role\n",
                   "/latest/meta-data/iam/security-credentials/the-role": json.dumps(keys).encode(),
                   "/latest/meta-data/placement/region": b"eu-north-9", "/container/keys": json.dumps(keys).encode()}
        return self.reply(200, answers[path]) if good and path in answers else self.reply(401 if not good else 404)

    def upload_listing(self):
        """Pages of 1,000 uploads that were begun in 2020; of "uploads-many" three, the key marker tells which."""
        page = b"<ListMultipartUploadsResult>"
        number = int(self.query.get("key-marker") or 0)
        entry = b"".join(b"<Upload><Key>k%d</Key><UploadId>u</UploadId><Initiated>2020-01-01T00:00:00Z</Initiated></Upload>"
                         % i for i in range(number, number + 1000))
        if self.bucket == "uploads-endless":
            return self.flood(200, page, entry)
        if self.bucket == "uploads-html":
            return self.reply(200, b"<html><body>Welcome</body></html>")
        if self.bucket == "uploads-no-marker":
            return self.reply(200, page + entry + b"<IsTruncated>true</IsTruncated></ListMultipartUploadsResult>")
        number = 7 if self.bucket == "uploads-same-marker" else number + 1000
        more = b"true" if number < 3000 else b"false"
        return self.reply(200, page + entry + b"<IsTruncated>%s</IsTruncated><NextKeyMarker>%d</NextKeyMarker>"
                          b"<NextUploadIdMarker>u</NextUploadIdMarker></ListMultipartUploadsResult>" % (more, number))

    def long_listing(self):
        """100,000 objects; the token tells the page."""
        number = int(self.query.get("continuation-token") or 0)
        entries = b"".join(b"<Contents><Key>%s%05d</Key><Size>1</Size></Contents>" % (b"k" * 200, number * 1000 + i)
                           for i in range(1000))
        more = b"<IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>" % (number + 1)
        return self.reply(200, b"<ListBucketResult>" + entries + (more if number < 99 else b"") + b"</ListBucketResult>")

    def listing(self, before):
        if "uploads" in self.query:
            return self.upload_listing()
        if self.bucket == "many":
            return self.long_listing()
        page = f"<ListBucketResult {NAMESPACE}>".encode()
        entry = b"<Contents><Key>k</Key><Size>1</Size></Contents>"
        last = b"<IsTruncated>true</IsTruncated>"
        if self.bucket == "endless":
            return self.flood(200, page, entry * 1000)
        if self.bucket == "endless-blanks":
            return self.flood(200, page, b"<a/>" * 10000)
        if self.bucket == "endless-text":
            return self.flood(200, page + b"<Contents><Key>", b"k" * 65536)
        if self.bucket == "endless-refusal":
            return self.flood(403, document("AccessDenied", "")[:-8], b"<a/>" * 10000)
        if self.bucket == "deep":
            return self.flood(200, page, b"<a>" * 100)
        if self.bucket == "entities":
            return self.reply(200, b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + page + b"<Prefix>&a;</Prefix></ListBucketResult>")
        if self.bucket == "unfinished":
            return self.reply(200, page + entry)
        if self.bucket == "no-token":
            return self.reply(200, page + entry + last + b"</ListBucketResult>")
        if self.bucket == "same-token":
            return self.reply(200, page + entry + last +
                              b"<NextContinuationToken>t</NextContinuationToken></ListBucketResult>")
        if self.bucket == "no-size":
            return self.reply(200, page + b"<Contents><Key>k</Key></Contents></ListBucketResult>")
        if self.bucket == "html":
            return self.reply(200, b"<html><body>Welcome</body></html>")
        if self.bucket == "cut-listing" and before == 0:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(page + entry)
            return self.cut()
        return self.reply(200, page + entry + b"</ListBucketResult>")

    def on_head(self, _):
        headers = {"ETag": '"e"', "Last-Modified": "Fri, 27 Nov 2026 14:56:09 GMT"}
        told = {
            "composite": {"x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=-3"},
            "composite-type": {"x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                               "x-amz-checksum-type": "COMPOSITE"},
            "checksum": {"x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
            "glacier": {"x-amz-storage-class": "GLACIER"},
            "restored": {"x-amz-storage-class": "GLACIER",
                         "x-amz-restore": 'ongoing-request="false", expiry-date="Fri, 21 Dec 2035 00:00:00 GMT"'},
            "restoring": {"x-amz-storage-class": "DEEP_ARCHIVE", "x-amz-restore": 'ongoing-request="true"'},
            "shelved": {"x-amz-storage-class": "INTELLIGENT_TIERING", "x-amz-archive-status": "ARCHIVE_ACCESS"},
            "instant": {"x-amz-storage-class": "GLACIER_IR"},
            "held": {"x-amz-object-lock-legal-hold": "ON", "x-amz-object-lock-mode": "GOVERNANCE",
                     "x-amz-object-lock-retain-until-date": "2031-02-03T04:05:06.789Z"},
        }.get(self.key, {})
        if self.key in self.stored:
            return self.reply(200, self.stored[self.key],
                              {**headers, "ETag": f'"{self.etag_of(self.key)}"'})
        if self.key == "twice-head-cut":
            return self.cut()
        return self.reply(200, CONTENT, {**headers, **told})

    def etag_of(self, key):
        return self.uploads.get(key) or hashlib.md5(self.stored[key]).hexdigest()

    def asked(self):
        """The range asked for, as first and last byte."""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        return (int(match[1]), min(int(match[2] or SIZE - 1), SIZE - 1)) if match else (0, SIZE - 1)

    def answer_range(self, first, last, etag='"e"', content=CONTENT):
        ranged = "Range" in self.headers
        self.send_response(206 if ranged else 200)
        self.send_header("ETag", etag)
        if ranged:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        return memoryview(content)[first:last + 1]

    def on_get(self, before):
        if self.key in self.stored:
            return self.reply(200, self.stored[self.key])
        first, last = self.asked()
        key = self.key
        if key == "reset" and before == 0:
            return self.cut(reset=True)
        if key in ("role", "role-renewed", "role-any"):
            number = {"role": "1", "role-renewed": "3"}.get(key, r"(\d+)")
            good = re.search(f"Credential=role{number}/", self.headers.get("Authorization", ""))
            good = good and re.fullmatch(f"session{number}", self.headers.get("x-amz-security-token", ""))
            if not good:
                return self.reply(400, document("ExpiredToken", ""))
            if key != "role-any":
                return self.reply(200, b"role")
        if key == "ignores-range":
            return self.reply(200, CONTENT, {"ETag": '"e"'})
        if key == "other-range":
            return self.wfile.write(self.answer_range(first + 1, last))
        if key == "odd-range":
            return self.reply(206, CONTENT[first:last + 1], {"Content-Range": "bytes some"})
        if key == "no-range":
            return self.reply(206, CONTENT[first:last + 1])
        if key == "less":
            return self.wfile.write(self.answer_range(first, min(last, first + (3 << 20))))
        if key == "412" and self.headers.get("If-Match") == '"old"':
            return self.reply(412, document("PreconditionFailed", ""))
        if key == "no-length":
            self.send_response(200)
            self.send_header("ETag", '"e"')
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(CONTENT[:5000])
            return self.cut()
        if key == "endless":
            return self.flood(206, CONTENT[:65536], CONTENT[:65536], {"Content-Range": f"bytes {first}-{last}/{SIZE}"})
        if key == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            return self.wfile.write(b"5\r\nhello\r\n0\r\n\r\n")
        if key == "resized" and before > 0:
            bytes_ = self.answer_range(first, last, content=CONTENT + b"more")
            return self.wfile.write(bytes_)
        bytes_ = self.answer_range(first, last, '"new"' if key == "changed" and before > 0 else '"e"',
                                   OTHER if key == "changed" and before > 0 else CONTENT)
        if key in ("cut", "changed", "resized") and len(bytes_) > 100000:
            self.wfile.write(bytes_[:len(bytes_) // 2])
            return self.cut()
        if key == "cut-at-1000":
            self.wfile.write(bytes_[:max(0, 1000 - first)])
            return self.cut()
        if key == "part-cut-always" and first >= 10 << 20:
            return self.cut()
        if key == "stall" and before == 0 or key == "stall-always":
            self.wfile.write(bytes_[:1000] if first == 0 else b"")
            self.wfile.flush()
            time.sleep(4)
            return self.cut()
        return self.wfile.write(bytes_)

    def on_put(self, before):
        if self.key == "put-once-503" and before == 0:
            return self.reply(503, document("ServiceUnavailable", ""))
        if self.key == "put-refused-digest":
            return self.reply(400, document("BadDigest", ""))
        if "partNumber" in self.query:
            if self.key == "part-500" and self.query["partNumber"] == "2":
                return self.reply(500, document("InternalError", ""))
            self.uploads.setdefault(self.query["uploadId"], {})[int(self.query["partNumber"])] = self.body
            return self.reply(200, b"", {"ETag": f'"{hashlib.md5(self.body).hexdigest()}"'})
        self.stored[self.key] = self.body[:-1] + b"!" if self.key == "put-corrupt" else self.body
        etag = hashlib.md5(self.stored[self.key]).hexdigest()
        if self.key == "put-odd-etag":
            etag = "odd"
        return self.reply(200, b"", {"ETag": f'"{etag}"'})

    def on_post(self, before):
        if "uploads" in self.query:
            return self.reply(200, b"<InitiateMultipartUploadResult><UploadId>u " + self.key.encode() +
                              b"</UploadId></InitiateMultipartUploadResult>")
        parts = self.uploads.pop(self.query["uploadId"], None)
        if parts is None:
            return self.reply(404, document("NoSuchUpload", ""))
        if self.key == "complete-error":
            return self.reply(200, b" " + document("InternalError", "<Message>try again</Message>")[21:])
        digests = b"".join(hashlib.md5(p).digest() for _, p in sorted(parts.items()))
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(parts)}"
        self.stored[self.key] = b"".join(p for _, p in sorted(parts.items()))
        self.uploads[self.key] = etag
        if self.key == "complete-lost":
            return self.cut()
        return self.reply(200, f"<CompleteMultipartUploadResult><ETag>\"{etag}\"</ETag>"
                          "</CompleteMultipartUploadResult>".encode())

    def on_delete(self, _):
        if "uploadId" not in self.query:
            self.stored.pop(self.key, None)
        self.send_response(204)
        self.end_headers()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # that clients leave is what some are here for
            super().handle_error(request, client_address)


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"kind": "faulty", "endpoint": f"http://127.0.0.1:{server.server_port}", "region": "us-east-1",
                      "access_key": "key", "secret_key": "secret", "size": SIZE,
                      "sha256": hashlib.sha256(CONTENT).hexdigest()}), flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
