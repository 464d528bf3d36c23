# SPDX-License-Identifier: Apache-2.0
"""For tests: servers of their own on free ports of loopback."""
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Says nothing of what it does."""

    def log_message(self, *_):
        pass


class Listener(ThreadingHTTPServer):
    """Serves by HTTP, in a thread, from when it is made."""
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # who asked was killed, or had enough
            super().handle_error(request, client_address)

    def close(self):
        self.shutdown()
        self.server_close()
