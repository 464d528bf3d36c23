#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command under what a .service file's hardening leaves of the system, without systemd.

usage: as_service.py SERVICE VISIBLE COMMAND…   (as root; VISIBLE is a directory that stays visible in /tmp)

Done as systemd.exec(5) describes it: ProtectSystem=strict with ReadWritePaths=, PrivateTmp=,
NoNewPrivileges=, CapabilityBoundingSet=, SystemCallFilter=, RestrictNamespaces=,
RestrictAddressFamilies=, RestrictSUIDSGID=. Left out are the limits on devices and clocks.
"""
import ctypes
import errno
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

CLONE = {"mnt": 0x00020000, "uts": 0x04000000, "ipc": 0x08000000, "user": 0x10000000, "pid": 0x20000000,
         "net": 0x40000000, "cgroup": 0x02000000}
SET_MODE = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "mkdir": 1, "mkdirat": 2, "mknod": 1, "mknodat": 2, "creat": 1}
MS_NOSUID, MS_BIND, MS_REC, MS_PRIVATE = 2, 4096, 16384, 1 << 18
ALLOW, ERRNO = 0x7fff0000, 0x00050000
EQUAL, MASKED_EQUAL = 4, 7
libc = ctypes.CDLL(None, use_errno=True)


class Comparison(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class Attributes(ctypes.Structure):
    """struct mount_attr"""
    _fields_ = [(n, ctypes.c_uint64) for n in ("set", "clear", "propagation", "userns")]


def checked(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno() or -result, f"{what}: {os.strerror(ctypes.get_errno() or -result)}")
    return result


def mount(source, target, kind, flags, data=None):
    encode = lambda s: s.encode() if s else None  # noqa: E731
    checked(libc.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(data)),
            f"mount on {target}")


def settings(path):
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", Path(path).read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def hide_files(s, visible):
    checked(libc.unshare(CLONE["mnt"]), "unshare")
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    writable = [re.sub('^"?-?|"$', "", p) for p in s.get("ReadWritePaths", [])]
    for path in writable:
        if os.path.isdir(path):
            mount(path, path, None, MS_BIND)
    if s["PrivateTmp"] == ["yes"]:
        aside = tempfile.mkdtemp(prefix="muster-test-", dir="/run")
        mount(visible, aside, None, MS_BIND | MS_REC)
        for directory in ("/tmp", "/var/tmp"):
            mount("tmpfs", directory, "tmpfs", MS_NOSUID, "mode=1777")
        os.makedirs(visible, exist_ok=True)
        mount(aside, visible, None, MS_BIND)
        checked(libc.umount2(aside.encode(), 2), "umount")
        os.rmdir(aside)
    assert s["ProtectSystem"] == ["strict"]
    points = [line.split()[4].encode().decode("unicode_escape") for line in open("/proc/self/mountinfo")]
    for point in points:
        if re.match("/(dev|proc|sys|tmp|var/tmp)(/|$)", point) or point in writable:
            continue
        only_read = Attributes(1, 0, 0, 0)
        result = libc.syscall(442, -100, point.encode(), 0, ctypes.byref(only_read), ctypes.sizeof(only_read))
        if result < 0 and ctypes.get_errno() not in (errno.ENOENT, errno.EINVAL):
            checked(result, f"mount_setattr {point}")


def syscalls(names):
    """What the filter's groups hold, as systemd knows them."""
    groups = [n for n in names if n.startswith("@")]
    out = subprocess.run(["systemd-analyze", "syscall-filter", *groups], capture_output=True, text=True, check=True).stdout
    found, groups = set(names) - set(groups), set()
    for line in out.splitlines():
        word = line.strip()
        if line.startswith(" ") and word and not word.startswith("#"):
            (groups if word.startswith("@") else found).add(word)
    return found | (syscalls(sorted(groups)) if groups else set())


def filter_calls(s):
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ERRNO | errno.EPERM)))

    def allow(name, *comparisons):
        number = lib.seccomp_syscall_resolve_name(name.encode())
        array = (Comparison * max(1, len(comparisons)))(*comparisons)
        result = lib.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, len(comparisons), array)
        if result not in (0, -errno.EDOM, -errno.EOPNOTSUPP, -errno.EINVAL):
            raise OSError(-result, f"{name}: {os.strerror(-result)}")

    allowed = s["RestrictNamespaces"][0].split()
    forbidden = sum(flag for name, flag in CLONE.items() if name not in allowed)
    special = {"unshare": 0, "clone": 0}
    for name in syscalls(s["SystemCallFilter"][0].split()) | {"execve", "exit", "exit_group"}:
        if name in special:
            allow(name, Comparison(special[name], MASKED_EQUAL, forbidden, 0))
        elif name in SET_MODE:
            allow(name, Comparison(SET_MODE[name], MASKED_EQUAL, stat.S_ISUID | stat.S_ISGID, 0))
        elif name == "socket":
            for family in s["RestrictAddressFamilies"][0].split():
                allow(name, Comparison(0, EQUAL, getattr(socket, family), 0))
        elif name not in ("clone3", "setns"):  # their flags lie in memory; C libraries fall back to clone
            allow(name)
    number = lib.seccomp_syscall_resolve_name(b"clone3")
    lib.seccomp_rule_add_array(context, ctypes.c_uint32(ERRNO | errno.ENOSYS), number, 0, None)
    checked(lib.seccomp_load(context), "seccomp_load")


def main():
    service, visible, *command = sys.argv[1:]
    s = settings(service)
    hide_files(s, visible)
    os.umask(int(s["UMask"][0], 8))
    capabilities = ",".join("+" + c.removeprefix("CAP_").lower() for c in s["CapabilityBoundingSet"][0].split())
    assert s["NoNewPrivileges"] == ["yes"]
    checked(libc.prctl(38, 1, 0, 0, 0), "no new privileges")
    # a program may be started from here on only with what is left
    words = ["setpriv", "--inh-caps=-all", f"--bounding-set=-all,{capabilities}", *command]
    filter_calls(s)
    os.execvp(words[0], words)


main()
