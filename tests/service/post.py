# SPDX-License-Identifier: Apache-2.0
"""For tests: an SMTP server (aiosmtpd) on a port of loopback that is its own from the beginning."""
import socket

from aiosmtpd.controller import Controller


class Post(Controller):
    """Bound when it is made, and refused by until it is started; a busy machine may take its time for that."""

    def __init__(self, handler, **more):
        self.bound = socket.socket()
        self.bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.bound.bind(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self.bound.getsockname()[1], ready_timeout=120, **more)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.bound, ssl=self.ssl_context)
