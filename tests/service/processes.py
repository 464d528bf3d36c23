# SPDX-License-Identifier: Apache-2.0
"""For tests: what a process has begun, and its end with all of that."""
import signal
import time
from pathlib import Path


def descendants(pid):
    """Those that it began, and what these began: those in its sandboxes too."""
    parent = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, of in parent.items() if of in found}
    return found - {pid}


def kill_with_all(process, patience=300):
    """Kills it, and waits until all that it began has gone as well; its exit code."""
    process.send_signal(signal.SIGSTOP)  # so that it begins none that is not seen
    begun = descendants(process.pid)
    process.kill()
    code = process.wait()
    end = time.monotonic() + patience
    while left := [pid for pid in begun if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < end, f"left: {left}"
        time.sleep(0.01)
    return code
