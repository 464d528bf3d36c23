#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A private S3 server on loopback, in a directory of its own: Ceph's radosgw, in memory, or Swift's s3api.

usage: s3_server.py [--kind radosgw|swift] [--directory DIR] [--memory BYTES] [--sessions]

Prints one line of JSON when it is up, and stays so until its standard input ends, or a signal to end
comes; then, or when it is killed, nothing of it is left running. The line holds kind, endpoint, region,
access_key, secret_key (who owns what is made), other_access_key, other_secret_key (who may do nothing
there), directory, pids; of radosgw also tls_endpoint and ca_file. Exit code 77: it is not installed.
"""
import argparse
import ctypes
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

NEEDED = 180  # seconds that a busy machine may take

CEPH = """[global]
fsid = {fsid}
mon_host = v2:127.0.0.1:{mon_port}
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
keyring = {directory}/keyring
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
log_file = {directory}/$name.log
log_to_stderr = false
err_to_stderr = false
mon_cluster_log_file = {directory}/cluster.log
run_dir = {directory}
admin_socket = {directory}/$name.asok
crash_dir = {directory}
mon_data = {directory}/mon
mon_data_avail_warn = 0
mon_data_avail_crit = 0
mon_allow_pool_size_one = true
osd_data = {directory}/osd
osd_objectstore = memstore
memstore_device_bytes = {memory}
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
rgw_data = {directory}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{port} ssl_endpoint=127.0.0.1:{tls_port} ssl_certificate={directory}/tls.pem
rgw_thread_pool_size = 32
rgw_run_sync_thread = false
rgw_enable_usage_log = false
rgw_dns_name = s3.localhost
"""

# With sessions it tells wrong keys no more apart.
CEPH_SESSIONS = """rgw_s3_auth_use_sts = true
rgw_sts_key = {sts_key}
"""

# Of each Swift server; {more} is what it does.
SWIFT = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {directory}
devices = {directory}/devices
recon_cache_path = {directory}
user = {user}
mount_check = false
disable_fallocate = true
workers = 0
log_level = WARNING
{more}"""

SWIFT_STORE = """[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
allow_versions = true
"""

SWIFT_FILTERS = ("catch_errors", "cache", "listing_formats", "s3api", "tempauth", "copy", "slo", "versioned_writes",
                 "symlink")
SWIFT_PROXY = """[pipeline:main]
pipeline = {filters} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:s3api]
location = us-east-1
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:tempauth]
user_test_owner = {secret_key} .admin
user_test_other = {other_secret_key}
[filter:versioned_writes]
allow_object_versioning = true
"""

SWIFT_COMMON = """[swift-hash]
swift_hash_path_prefix = muster
swift_hash_path_suffix = test
[storage-policy:0]
name = only
default = yes
"""


def free_ports(count):
    """Ports that nobody listens at now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Ended(Exception):
    pass


class PortTaken(Ended):
    pass


class Server:
    """Programs that run in a directory until it is enough."""
    programs = ()

    def __init__(self, directory):
        self.directory = directory
        self.children = []
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        self.keys = {name: secrets.token_hex(10) for name in
                     ("access_key", "secret_key", "other_access_key", "other_secret_key")}

    @classmethod
    def missing(cls):
        return [p for p in cls.programs if not shutil.which(p)]

    def write(self, name, text):
        Path(self.directory, name).write_text(text, "utf-8")

    def run(self, *argv):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, timeout=NEEDED, check=False, preexec_fn=die_with_parent,
                              cwd=self.directory)
        if done.returncode:
            raise Ended(f"{argv[0]} {argv[1]}: {done.stderr.decode(errors='replace')[-2000:]}")

    def start(self, *argv):
        with open(f"{self.directory}/{argv[0]}.out", "wb") as out:
            self.children.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                                  env=self.environment, start_new_session=True,
                                                  preexec_fn=die_with_parent, cwd=self.directory))

    def watch(self):
        for child in self.children:
            if child.poll() is not None:
                out = "".join(log.read_text("utf-8", "replace") for log in (
                    Path(f"{self.directory}/{child.args[0]}.out"), *sorted(Path(self.directory).glob("*.log"))))
                taken = "in use" in out or "EADDRINUSE" in out
                raise (PortTaken if taken else Ended)(f"{child.args[0]} ended with {child.returncode}: {out[-2000:]}")

    def await_ports(self, *ports):
        end = time.monotonic() + NEEDED
        for port in ports:
            while True:
                self.watch()
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
                if time.monotonic() > end:
                    raise Ended(f"port {port} is not served in time")

    def describe(self):
        return {"region": "us-east-1", **self.keys, "directory": self.directory, "pids": [c.pid for c in self.children]}

    def down(self):
        for child in reversed(self.children):
            child.kill()  # there is nothing to save
        for child in self.children:
            child.wait()


class Radosgw(Server):
    programs = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "openssl", "radosgw", "radosgw-admin")

    def __init__(self, directory, memory, sessions):
        super().__init__(directory)
        self.fsid, self.sts_key = uuid.uuid4(), secrets.token_hex(8)
        self.memory = memory
        self.mon_port, self.port, self.tls_port = free_ports(3)
        self.config = f"{directory}/ceph.conf"
        self.write("ceph.conf", (CEPH + (CEPH_SESSIONS if sessions else "")).format(**vars(self)))

    def keyring(self):
        path = f"{self.directory}/keyring"
        for name, *capabilities in (("mon.", "mon", "allow *"),
                                    ("client.admin", "mon", "allow *", "osd", "allow *"),
                                    ("osd.0", "mon", "allow profile osd", "osd", "allow *"),
                                    ("client.rgw", "mon", "allow rw", "osd", "allow rwx")):
            pairs = [w for i in range(0, len(capabilities), 2) for w in ("--cap", *capabilities[i:i + 2])]
            self.run("ceph-authtool", path, *([] if os.path.exists(path) else ["--create-keyring"]),
                     "--gen-key", "-n", name, *pairs)
        return path

    def certificate(self):
        d = self.directory
        new = ("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self.run(*new, "-x509", "-days", "2", "-subj", "/CN=muster test CA", "-keyout", f"{d}/ca.key", "-out", f"{d}/ca.pem")
        self.run(*new, "-subj", "/CN=127.0.0.1", "-keyout", f"{d}/tls.key", "-out", f"{d}/tls.csr")
        self.write("san", "subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self.run("openssl", "x509", "-req", "-days", "2", "-in", f"{d}/tls.csr", "-CA", f"{d}/ca.pem", "-CAkey",
                 f"{d}/ca.key", "-CAcreateserial", "-extfile", f"{d}/san", "-out", f"{d}/tls.crt")
        Path(d, "tls.pem").write_bytes(Path(d, "tls.crt").read_bytes() + Path(d, "tls.key").read_bytes())

    def up(self):
        conf = ("-c", self.config)
        keyring = self.keyring()
        self.certificate()
        self.run("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{self.mon_port}]", "--fsid", str(self.fsid),
                 f"{self.directory}/monmap")
        os.mkdir(f"{self.directory}/mon")
        os.mkdir(f"{self.directory}/osd")
        self.run("ceph-mon", "--mkfs", "-i", "a", *conf, "--monmap", f"{self.directory}/monmap", "--keyring", keyring)
        self.start("ceph-mon", "-f", "-i", "a", *conf)
        osd = str(uuid.uuid4())
        self.run("ceph", *conf, "--connect-timeout", str(NEEDED), "osd", "new", osd)
        self.run("ceph", *conf, "auth", "import", "-i", keyring)
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd, *conf)
        self.start("ceph-osd", "-f", "-i", "0", *conf)
        self.make_user("owner", "", "--caps", "user-policy=*")  # which makes the pools, so that radosgw finds them
        self.start("radosgw", "-f", "-n", "client.rgw", *conf)
        self.make_user("other", "other_")
        self.await_ports(self.port, self.tls_port)

    def make_user(self, user, prefix, *more):
        self.run("radosgw-admin", "-c", self.config, "-n", "client.rgw", "user", "create", "--uid", user,
                 "--display-name", user, "--access-key", self.keys[f"{prefix}access_key"],
                 "--secret-key", self.keys[f"{prefix}secret_key"], *more)

    def describe(self):
        return {"kind": "radosgw", "endpoint": f"http://127.0.0.1:{self.port}",
                "tls_endpoint": f"https://127.0.0.1:{self.tls_port}", "ca_file": f"{self.directory}/ca.pem",
                **super().describe()}


class Swift(Server):
    stores = ("account", "container", "object")
    programs = tuple(f"swift-{name}-server" for name in ("account", "container", "object", "proxy"))

    def __init__(self, directory, *_):
        super().__init__(directory)
        self.keys.update(access_key="test:owner", other_access_key="test:other")
        self.ports = dict(zip((*self.stores, "proxy"), free_ports(4)))

    def configure(self, name, more):
        self.write(f"{name}-server.conf", SWIFT.format(
            port=self.ports[name], directory=self.directory, user=pwd.getpwuid(os.geteuid()).pw_name, more=more))

    def ring(self, name):
        from swift.common.ring import RingBuilder
        builder = RingBuilder(1, 1, 1)
        builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "device", "ip": "127.0.0.1",
                         "port": self.ports[name], "replication_ip": "127.0.0.1",
                         "replication_port": self.ports[name]})
        builder.rebalance()
        builder.get_ring().save(f"{self.directory}/{name}.ring.gz")

    def up(self):
        os.makedirs(f"{self.directory}/devices/device")
        self.write("swift.conf", SWIFT_COMMON)
        for name in self.stores:
            self.configure(name, SWIFT_STORE.format(name=name))
            self.ring(name)
        proxy = SWIFT_PROXY.format(filters=" ".join(SWIFT_FILTERS), **self.keys)
        for name in SWIFT_FILTERS:
            head = f"[filter:{name}]\n"
            if head not in proxy:
                proxy += head
            if name != "cache":
                proxy = proxy.replace(head, f"{head}use = egg:swift#{name}\n")
        self.configure("proxy", proxy)
        for name in self.ports:
            self.start(f"swift-{name}-server", f"{self.directory}/{name}-server.conf")
        self.await_ports(*self.ports.values())

    def describe(self):
        return {"kind": "swift", "endpoint": f"http://127.0.0.1:{self.ports['proxy']}", **super().describe()}


KINDS = {"radosgw": Radosgw, "swift": Swift}


def end(number, _):
    raise Ended(f"signal {number}")


def bring_up(kind, directory, options):
    """Anew, in a place of its own, where somebody took a port between its being found free and its use."""
    for again in (True, True, False):
        place = tempfile.mkdtemp(dir=directory)
        server = kind(place, options.memory, options.sessions)
        try:
            server.up()
            return server
        except PortTaken as why:
            server.down()
            if not again:
                raise
            print(f"s3_server.py: {why}; again", file=sys.stderr)
        except BaseException:
            server.down()
            raise
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=KINDS, default="radosgw")
    parser.add_argument("--directory", help="an empty one, that stays (a temporary one)")
    parser.add_argument("--memory", type=int, default=4 << 30, help="bytes that objects of radosgw may take (4 GiB)")
    parser.add_argument("--sessions", action="store_true", help="let radosgw give credentials that end (STS)")
    options = parser.parse_args()
    kind = KINDS[options.kind]
    missing = kind.missing()
    if missing:
        print(f"not installed: {' '.join(missing)}", file=sys.stderr)
        sys.exit(77)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    directory = options.directory or tempfile.mkdtemp(prefix="muster-s3.")
    server, code = None, 0
    try:
        server = bring_up(kind, directory, options)
        print(json.dumps(server.describe()), flush=True)
        sys.stdin.buffer.read()
    except Ended as why:
        print(f"s3_server.py: {why}", file=sys.stderr)
        code = 1
    finally:
        if server:
            server.down()
        if not options.directory:
            shutil.rmtree(directory, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
