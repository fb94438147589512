"""Compares the schema in Protos/ with the published one: compiles both to descriptors, which must be equal.

Options (packages of other languages) and comments don't count. Needs the packages of Tests/requirements.txt.
"""
import os
import sys
import tempfile

from google.protobuf import descriptor_pb2
from grpc_tools import protoc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

PROTOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Protos")


def published():
    for module in (common_pb2, resource_pb2, trace_pb2, trace_service_pb2, logs_pb2, logs_service_pb2, metrics_pb2,
                   metrics_service_pb2):
        descriptor = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(descriptor)
        yield descriptor


def ours(names):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "set")
        if protoc.main(["protoc", f"-I{PROTOS}", f"--descriptor_set_out={out}", *names]) != 0:
            sys.exit("Protos/ doesn't compile")
        with open(out, "rb") as file:
            return {file.name: file for file in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file}


def lines(message, path):
    """One line for each fact of a descriptor, in any order."""
    for field, value in message.ListFields():
        if field.name in ("options", "json_name"):
            continue
        for item in value if field.is_repeated else [value]:
            if field.message_type is None:
                yield f"{path}.{field.name} = {item}"
            else:
                name = getattr(item, "name", "")
                yield from lines(item, f"{path}.{field.name}[{name}]")
                yield f"{path}.{field.name}[{name}]"


def main():
    theirs = {file.name: file for file in published()}
    mine = ours(list(theirs))
    found = [os.path.relpath(os.path.join(folder, name), PROTOS)
             for folder, _, names in os.walk(PROTOS) for name in names if name.endswith(".proto")]
    problems = [f"{name}: not a published file that this script knows" for name in set(found) - set(theirs)]
    for name in theirs:
        left, right = (sorted(lines(file, name)) for file in (theirs[name], mine[name]))
        problems += [f"missing in Protos/: {line}" for line in left if left.count(line) > right.count(line)]
        problems += [f"only in Protos/: {line}" for line in right if right.count(line) > left.count(line)]
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
