"""An OTLP/HTTP receiver that shares no code with ours: Python's own server and the published opentelemetry-proto messages.

Prints `port N` when it listens. Each request appends a line of JSON to --log. The server ends with its standard input, and
prints `{"requests": N, "spans": N, "connections": N}` of the accepted requests.
"""

import argparse
import base64
import collections
import gzip
import http.server
import json
import os
import ssl
import sys
import threading
import time

from google.protobuf import json_format
from google.rpc import status_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

HELP = """the result of the next of the first requests: a status, with `retry-after=V` and `text=V` behind colons, or one of
ok, partial:N, empty, html, garbage, none, gzip, bomb, large, reset, cut, silent, redirect:PATH, die"""


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    parser.add_argument("--max-bytes", type=int, default=64 << 20)
    parser.add_argument("--no-gzip", action="store_true", help="answer gzip with 415")
    parser.add_argument("--log")
    parser.add_argument("--answer", action="append", default=[], help=HELP)
    return parser.parse_args()


def request_of(kind, body):
    """The message of a body; json_format is strict, so a wrong key or value is an error."""
    if kind == "application/x-protobuf":
        return trace_service_pb2.ExportTraceServiceRequest.FromString(body)

    def walk(node):
        if isinstance(node, list):
            return [walk(item) for item in node]
        if isinstance(node, dict):
            return {key: base64.b64encode(bytes.fromhex(item)).decode()
                    if key in ("traceId", "spanId", "parentSpanId") else walk(item) for key, item in node.items()}
        return node

    return json_format.ParseDict(walk(json.loads(body)), trace_service_pb2.ExportTraceServiceRequest())


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        state = self.server.state
        with state.lock:
            state.connections += 1
            self.number = state.connections

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        state, arguments = self.server.state, self.server.state.arguments
        body = self.rfile.read(int(self.headers["content-length"]))
        kind, encoding = self.headers.get("content-type"), self.headers.get("content-encoding")
        entry = {"path": self.path, "connection": self.number, "bytes": len(body),
                 "headers": {name.lower(): value for name, value in self.headers.items()}}
        with state.lock:
            step = state.script.popleft() if state.script else "ok"
        if step == "ok" and arguments.no_gzip and encoding == "gzip":
            step = "415"
        message = request_of(kind, gzip.decompress(body) if encoding == "gzip" else body)
        ids = [span.span_id.hex() for resource in message.resource_spans
               for scope in resource.scope_spans for span in scope.spans]
        entry["spans"], entry["answer"] = ids, step
        if step == "ok" and message.ByteSize() > arguments.max_bytes:
            step = entry["answer"] = "413"
        with state.lock:
            if state.log:
                state.log.write(json.dumps(entry) + "\n")
                state.log.flush()
        self.answer(step, kind, ids)

    def answer(self, step, kind, ids):
        name, *options = step.split(":", 1)
        value = options[0] if options else ""
        response = trace_service_pb2.ExportTraceServiceResponse()
        if name == "silent":
            time.sleep(60)
        elif name == "die":
            os._exit(1)  # The system closes the listening socket first, then the connection.
        elif name == "reset":
            self.close_connection = True
        elif name == "redirect":
            self.send(307, "text/plain", b"elsewhere", {"location": value})
        elif name.isdigit():
            self.fail(int(name), kind, dict(option.split("=", 1) for option in value.split(":") if option))
        else:
            self.server.state.accept(ids)
            if name == "partial":
                response.partial_success.rejected_spans = int(value)
                response.partial_success.error_message = "rejected by the test"
            self.accepted(name, kind, response)

    def accepted(self, name, kind, response):
        data = response.SerializeToString() if kind == "application/x-protobuf" else json_format.MessageToJson(response).encode()
        if name == "none":
            return self.send(200, None, b"")
        if name == "empty":
            return self.send(202, kind, b"")
        if name == "html":
            return self.send(200, "text/html; charset=utf-8", b"<html>welcome</html>")
        if name == "garbage":
            return self.send(200, kind, b"\xff\xfe{")
        if name == "gzip":
            return self.send(200, kind, gzip.compress(data), {"content-encoding": "gzip"})
        if name == "bomb":
            return self.send(200, kind, gzip.compress(bytes(64 << 20)), {"content-encoding": "gzip"})
        if name == "large":
            return self.send(200, kind, bytes(5 << 20))
        if name == "cut":
            self.send(200, kind, b"half", {"content-length": "400"})
            self.close_connection = True
            return None
        return self.send(200, kind, data)

    def fail(self, code, kind, options):
        fields = {"retry-after": options["retry-after"]} if "retry-after" in options else {}
        if "text" in options:
            return self.send(code, "text/plain", options["text"].encode(), fields)
        status = status_pb2.Status(code=3, message="by the test's script")
        data = status.SerializeToString() if kind == "application/x-protobuf" else json_format.MessageToJson(status).encode()
        return self.send(code, kind, data, fields)

    def send(self, code, kind, body, fields={}):
        self.send_response(code)
        if kind:
            self.send_header("content-type", kind)
        for name, value in fields.items():
            self.send_header(name, value)
        if "content-length" not in fields:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class State:
    def __init__(self, arguments):
        self.arguments = arguments
        self.script = collections.deque(arguments.answer)
        self.lock = threading.Lock()
        self.requests = self.spans = self.connections = 0
        self.log = open(arguments.log, "a") if arguments.log else None

    def accept(self, ids):
        with self.lock:
            self.requests += 1
            self.spans += len(ids)


def main():
    arguments = parse_arguments()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Receiver)
    server.daemon_threads = True
    server.state = State(arguments)
    if arguments.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.certificate, arguments.key)
        if arguments.client_ca:
            context.load_verify_locations(arguments.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"port {server.server_address[1]}", flush=True)
    sys.stdin.read()
    state = server.state
    print(json.dumps({"requests": state.requests, "spans": state.spans, "connections": state.connections}), flush=True)


main()
