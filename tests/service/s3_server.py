#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A private S3 server: Ceph's radosgw on loopback, in memory, in a directory of its own.

usage: s3_server.py [--directory DIR] [--memory BYTES]

Prints one line of JSON when it is up, and stays so until its standard input ends, or a signal to end
comes; then, or when it is killed, nothing of it is left running. The line holds endpoint,
tls_endpoint, ca_file, access_key, secret_key (who owns what is made), other_access_key,
other_secret_key (who owns nothing), region, directory, pids. Exit code 77: no radosgw is installed.
"""
import argparse
import ctypes
import json
import os
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

PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "openssl", "radosgw", "radosgw-admin")
NEEDED = 180  # seconds that a busy machine may take

CONFIG = """[global]
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


class Server:
    def __init__(self, directory, memory):
        self.directory = directory
        self.children = []
        self.mon_port, self.port, self.tls_port = free_ports(3)
        self.keys = {name: secrets.token_hex(10) for name in
                     ("access_key", "secret_key", "other_access_key", "other_secret_key")}
        self.config = f"{directory}/ceph.conf"
        Path(self.config).write_text(CONFIG.format(fsid=uuid.uuid4(), memory=memory, **vars(self)), "utf-8")
        self.environment = {**os.environ, "CEPH_CONF": self.config, "LC_ALL": "C.UTF-8"}

    def run(self, *argv, **more):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, timeout=NEEDED, check=False, preexec_fn=die_with_parent, **more)
        if done.returncode:
            raise Ended(f"{' '.join(argv)}: {done.stderr.decode(errors='replace')[-2000:]}")
        return done.stdout

    def start(self, *argv):
        with open(f"{self.directory}/{argv[0]}.out", "wb") as out:
            self.children.append(subprocess.Popen([*argv, "-f", "-c", self.config], stdin=subprocess.DEVNULL, stdout=out,
                                                  stderr=out, env=self.environment, start_new_session=True,
                                                  preexec_fn=die_with_parent))

    def watch(self):
        for child in self.children:
            if child.poll() is not None:
                out = Path(f"{self.directory}/{child.args[0]}.out").read_text("utf-8", "replace")
                raise Ended(f"{child.args[0]} ended with {child.returncode}: {out[-2000:]}")

    def keyring(self):
        path = f"{self.directory}/keyring"
        for name, *capabilities in (("mon.", "mon", "allow *"),
                                    ("client.admin", "mon", "allow *", "osd", "allow *"),
                                    ("osd.0", "mon", "allow profile osd", "osd", "allow *"),
                                    ("client.rgw", "mon", "allow rw", "osd", "allow rwx")):
            pairs = [w for i in range(0, len(capabilities), 2) for w in ("--cap", *capabilities[i:i + 2])]
            self.run("ceph-authtool", *([] if os.path.exists(path) else ["--create-keyring"]), path,
                     "--gen-key", "-n", name, *pairs)
        return path

    def certificate(self):
        d = self.directory
        new = ("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self.run(*new, "-x509", "-days", "2", "-subj", "/CN=muster test CA", "-keyout", f"{d}/ca.key", "-out", f"{d}/ca.pem")
        self.run(*new, "-subj", "/CN=127.0.0.1", "-keyout", f"{d}/tls.key", "-out", f"{d}/tls.csr")
        Path(d, "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", "utf-8")
        self.run("openssl", "x509", "-req", "-days", "2", "-in", f"{d}/tls.csr", "-CA", f"{d}/ca.pem", "-CAkey",
                 f"{d}/ca.key", "-CAcreateserial", "-extfile", f"{d}/san", "-out", f"{d}/tls.crt")
        Path(d, "tls.pem").write_bytes(Path(d, "tls.crt").read_bytes() + Path(d, "tls.key").read_bytes())

    def up(self):
        keyring = self.keyring()
        self.certificate()
        fsid = Path(self.config).read_text("utf-8").split("fsid = ")[1].split("\n")[0]
        self.run("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{self.mon_port}]", "--fsid", fsid,
                 f"{self.directory}/monmap")
        os.mkdir(f"{self.directory}/mon")
        os.mkdir(f"{self.directory}/osd")
        self.run("ceph-mon", "--mkfs", "-i", "a", "-c", self.config, "--monmap", f"{self.directory}/monmap",
                 "--keyring", keyring)
        self.start("ceph-mon", "-i", "a")
        osd = str(uuid.uuid4())
        self.run("ceph", "-c", self.config, "--connect-timeout", str(NEEDED), "osd", "new", osd)
        self.run("ceph", "-c", self.config, "auth", "import", "-i", keyring)
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd, "-c", self.config)
        self.start("ceph-osd", "-i", "0")
        self.make_user("owner", "")  # which makes the pools, so that radosgw finds them
        self.start("radosgw", "-n", "client.rgw")
        self.make_user("other", "other_")
        self.await_port()

    def make_user(self, user, prefix):
        self.run("radosgw-admin", "-c", self.config, "-n", "client.rgw", "user", "create", "--uid", user,
                 "--display-name", user, "--access-key", self.keys[f"{prefix}access_key"],
                 "--secret-key", self.keys[f"{prefix}secret_key"])

    def await_port(self):
        end = time.monotonic() + NEEDED
        while time.monotonic() < end:
            self.watch()
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Ended("radosgw is not up in time")

    def describe(self):
        return {"kind": "radosgw", "endpoint": f"http://127.0.0.1:{self.port}",
                "tls_endpoint": f"https://127.0.0.1:{self.tls_port}", "ca_file": f"{self.directory}/ca.pem",
                "region": "us-east-1", **self.keys, "directory": self.directory,
                "pids": [c.pid for c in self.children]}

    def down(self):
        for child in reversed(self.children):
            child.kill()  # there is nothing to save
        for child in self.children:
            child.wait()


def end(number, _):
    raise Ended(f"signal {number}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", help="an empty one, that stays (a temporary one)")
    parser.add_argument("--memory", type=int, default=4 << 30, help="bytes that objects may take (4 GiB)")
    options = parser.parse_args()
    missing = [p for p in PROGRAMS if not shutil.which(p)]
    if missing:
        print(f"not installed: {' '.join(missing)}", file=sys.stderr)
        sys.exit(77)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    directory = options.directory or tempfile.mkdtemp(prefix="muster-s3.")
    server = Server(directory, options.memory)
    code = 0
    try:
        server.up()
        print(json.dumps(server.describe()), flush=True)
        sys.stdin.buffer.read()
    except Ended as why:
        print(f"s3_server.py: {why}", file=sys.stderr)
        code = 1
    finally:
        server.down()
        if not options.directory:
            shutil.rmtree(directory, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
