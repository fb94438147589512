"""An OTLP/gRPC receiver that shares no code with ours: grpcio and the published opentelemetry-proto messages.

Prints `port N` when it listens. Each accepted call appends a line with the ids of its spans to --log. The server ends with
its standard input, and prints `{"calls": N, "spans": N, "authorizations": […]}`.
"""

import argparse
import collections
import json
import sys
import threading
import time
from concurrent import futures

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    parser.add_argument("--max-bytes", type=int, default=4 << 20)
    parser.add_argument(
        "--unnamed-max-bytes", type=int, default=1 << 30, help="refuse larger messages without naming the limit")
    parser.add_argument("--log")
    parser.add_argument("--gzip-answers", action="store_true")
    parser.add_argument("--silent", action="store_true", help="never answer a call")
    parser.add_argument(
        "--fail", action="append", default=[], metavar="STATUS[:RETRY_DELAY_MS]",
        help="the result of the next of the first calls; also OK and PARTIAL:N")
    return parser.parse_args()


class Receiver(grpc.GenericRpcHandler):
    def __init__(self, arguments):
        self.arguments = arguments
        self.script = collections.deque(arguments.fail)
        self.lock = threading.Lock()
        self.calls = self.spans = 0
        self.authorizations = set()
        self.log = open(arguments.log, "a") if arguments.log else None

    def service(self, details):
        if details.method != f"/{SERVICE}/Export":
            return None
        metadata = dict(details.invocation_metadata)
        with self.lock:
            self.authorizations.add(metadata.get("authorization", ""))
        return grpc.unary_unary_rpc_method_handler(
            self.export,
            request_deserializer=trace_service_pb2.ExportTraceServiceRequest.FromString,
            response_serializer=trace_service_pb2.ExportTraceServiceResponse.SerializeToString)

    def export(self, request, context):
        if self.arguments.silent:
            time.sleep(60)
        if request.ByteSize() > self.arguments.unnamed_max_bytes:
            context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED, "Received message exceeds the maximum configured message size.")
        with self.lock:
            self.calls += 1
            step = self.script.popleft() if self.script else "OK"
        name, _, value = step.partition(":")
        response = trace_service_pb2.ExportTraceServiceResponse()
        if name == "PARTIAL":
            response.partial_success.rejected_spans = int(value)
            response.partial_success.error_message = "rejected by the test"
        elif name != "OK":
            self.refuse(context, getattr(grpc.StatusCode, name), value)
        self.accept(request)
        if self.arguments.gzip_answers:
            context.set_compression(grpc.Compression.Gzip)
        return response

    def refuse(self, context, code, delay):
        status = status_pb2.Status(code=code.value[0], message="by the test's script")
        if delay:
            retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(nanos=int(delay) * 1_000_000))
            status.details.add().Pack(retry)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(code, status.message)

    def accept(self, request):
        ids = [span.span_id.hex() for resource in request.resource_spans
               for scope in resource.scope_spans for span in scope.spans]
        with self.lock:
            self.spans += len(ids)
            if self.log:
                self.log.write(" ".join(ids) + "\n")
                self.log.flush()

    def summary(self):
        return {"calls": self.calls, "spans": self.spans, "authorizations": sorted(self.authorizations)}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    arguments = parse_arguments()
    receiver = Receiver(arguments)
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=4), handlers=(receiver,),
        options=[("grpc.max_receive_message_length", arguments.max_bytes), ("grpc.so_reuseport", 0)])
    address = f"127.0.0.1:{arguments.port}"
    if arguments.certificate:
        authorities = read(arguments.client_ca) if arguments.client_ca else None
        credentials = grpc.ssl_server_credentials(
            [(read(arguments.key), read(arguments.certificate))], authorities, authorities is not None)
        port = server.add_secure_port(address, credentials)
    else:
        port = server.add_insecure_port(address)
    server.start()
    print(f"port {port}", flush=True)
    sys.stdin.read()
    server.stop(grace=0).wait()
    print(json.dumps(receiver.summary()), flush=True)


main()
