"""What people's programs do: requests and a WebSocket, by hand, so that nothing is between us and the load balancer."""
import base64
import http.client
import json
import os
import socket
import struct

# Where the load balancer listens inside, and what people's browsers call it.
BALANCER, PUBLIC = ("127.0.0.1", 8000), "localhost:8080"


def request(method, path, token=None, body=None, headers=None, address=BALANCER):
    connection = http.client.HTTPConnection(*address, timeout=10)
    if isinstance(body, dict):
        body, headers = json.dumps(body), {"content-type": "application/json"} | (headers or {})
    authorization = {"authorization": f"Bearer {token}"} if token else {}
    connection.request(method, path, body, {"host": PUBLIC} | authorization | (headers or {}))
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.headers.get_content_type().endswith("json") and content:
        content = json.loads(content)
    return answer.status, content


class WebSocket:
    def __init__(self, token):
        self.socket = socket.create_connection(BALANCER, timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {PUBLIC}\r\nOrigin: http://{PUBLIC}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: tandem.v1.json\r\n\r\n".encode()
        )
        self.stream = self.socket.makefile("rb")
        self.head = b"".join(iter(self.stream.readline, b"\r\n")).decode()
        if self.status() == 101:
            self.say({"type": "hello", "token": token, "client": "image-check", "resume": None})

    def status(self):
        return int(self.head.split()[1])

    def say(self, message):
        payload = json.dumps(message).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        self.socket.sendall(b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def hear(self):
        """The next message, or the code of a close."""
        first, length = self.stream.read(2)
        if length == 126:
            (length,) = struct.unpack(">H", self.stream.read(2))
        payload = self.stream.read(length)
        return struct.unpack(">H", payload[:2])[0] if first & 0xF == 8 else json.loads(payload)

    def closed(self):
        """Waits for the close code."""
        while not isinstance(message := self.hear(), int):
            pass
        return message
