# SPDX-License-Identifier: Apache-2.0
"""A process that is stopped, and does not keep the history from others meanwhile."""
import signal
import time
from pathlib import Path


def holds(pid, database):
    """Whether a process is reading or writing the database just now, by the kernel's list of locks."""
    inode = database.stat().st_ino
    for lock in Path("/proc/locks").read_text().splitlines():
        words = [word for word in lock.split() if word != "->"]
        if int(words[4]) == pid and int(words[5].rsplit(":", 1)[1]) == inode:
            return True
    return False


def stop_between_writes(process, database):
    """It lives, and holds what it holds for the whole of its run: not the database, which it writes now and then."""
    while True:
        process.send_signal(signal.SIGSTOP)
        while (state := Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]) != "T":
            assert state != "Z", "it has ended"
            time.sleep(0.001)
        if not holds(process.pid, database):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
