"""A server on a real socket that speaks HTTP/2 over TLS, and answers each stream with its path."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")


class Http2Server:
    """Answers over HTTP/2 until it is closed; `.connections` counts those that it accepted."""

    def __init__(self):
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(CERTIFICATE)
        self._tls.set_alpn_protocols(["h2"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._threads = []
        self._start(self._accept)

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, plain):
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        with plain, self._tls.wrap_socket(plain, server_side=True) as stream:
            state = H2Connection(H2Configuration(client_side=False))
            state.initiate_connection()
            stream.sendall(state.data_to_send())
            while data := stream.recv(65536):
                for event in state.receive_data(data):
                    self._answer(state, event)
                stream.sendall(state.data_to_send())

    def _answer(self, state, event):
        from h2.events import RequestReceived

        if not isinstance(event, RequestReceived):
            return
        path = dict(event.headers)[b":path"].decode()
        state.send_headers(
            event.stream_id, [(":status", "200"), ("content-type", "application/json")]
        )
        state.send_data(event.stream_id, json.dumps(path).encode(), end_stream=True)

    def close(self):
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
