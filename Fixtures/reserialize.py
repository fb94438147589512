#!/usr/bin/env python3
"""Holds requests against the reference: reserialize.py REQUESTS JSON_LINES [SIGNAL]

REQUESTS are messages in gRPC's framing; each must be the bytes that the reference serializer writes for what it reads.
JSON_LINES are the same requests as OTLP JSON, one a line; each must say the same. Prints how many there were. SIGNAL is trace, the default, or another of the protocol.
"""
import base64
import importlib
import json
import struct
import sys

from google.protobuf import json_format

signal = sys.argv[3] if len(sys.argv) > 3 else "trace"
service = importlib.import_module(f"opentelemetry.proto.collector.{signal}.v1.{signal}_service_pb2")
Request = getattr(service, f"Export{signal.capitalize()}ServiceRequest")


def messages(path):
    with open(path, "rb") as file:
        while prefix := file.read(5):
            yield file.read(struct.unpack(">xI", prefix)[0])


def from_otlp_json(line):
    def walk(node):
        if isinstance(node, list):
            return [walk(element) for element in node]
        if isinstance(node, dict):
            return {key: base64.b64encode(bytes.fromhex(item)).decode()
                    if key in ("traceId", "spanId", "parentSpanId") else walk(item) for key, item in node.items()}
        return node

    return json_format.ParseDict(walk(json.loads(line)), Request())


def main():
    with open(sys.argv[2], "rb") as file:
        lines = file.read().split(b"\n")[:-1]
    count = 0
    for number, (message, line) in enumerate(zip(messages(sys.argv[1]), lines, strict=True)):
        request = Request.FromString(message)
        if request.SerializeToString(deterministic=True) != message:
            sys.exit(f"request {number}: other bytes than the reference's")
        if from_otlp_json(line).SerializeToString(deterministic=True) != message:
            sys.exit(f"request {number}: its JSON says something else")
        count += 1
    print(f"equal: {count}")


main()
