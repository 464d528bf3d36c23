# SPDX-License-Identifier: Apache-2.0
"""For tests: runs the functions of a file that are named test_*, a line each."""
import sys
import traceback


def run_tests(tests, only=""):
    """`tests` is a file's globals(); `only` a part of the names that are meant. The exit code: 1 when any failed."""
    failed = 0
    for name, test in [(n, t) for n, t in tests.items() if n.startswith("test_") and only in n]:
        try:
            test()
            print(f"ok {name[5:].replace('_', ' ')}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED {name[5:].replace('_', ' ')}", flush=True)
            traceback.print_exc(file=sys.stdout)
    return 1 if failed else 0
