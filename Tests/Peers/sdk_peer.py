"""The published OpenTelemetry SDK for Python, for comparisons with ours.

    sdk_peer.py propagators CASES RESULTS     each case is a JSON object on a line, each result a line
    sdk_peer.py samplers CASES RESULTS
    sdk_peer.py spans CASES RESULTS           prints `port N` and `done`, ends with its standard input

`spans` is also a receiver for both exporters: the metadata `side` names the sender, and a result is a span as the published
messages decode it, flattened to `path=value` with tabs between. Text in results is percent-encoded.
"""

import json
import struct
import sys
import threading
from concurrent import futures
from urllib.parse import quote

import grpc
from opentelemetry import baggage, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.aws import AwsXRayPropagator
from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
from opentelemetry.propagators.jaeger import JaegerPropagator
from opentelemetry.propagators.ot_trace import OTTracePropagator
from opentelemetry.propagators.textmap import Getter
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider, sampling
from opentelemetry.sdk.trace import _sampling_experimental as composition
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

PROPAGATORS = {
    "tracecontext": TraceContextTextMapPropagator(), "baggage": W3CBaggagePropagator(), "b3": B3SingleFormat(),
    "b3multi": B3MultiFormat(), "jaeger": JaegerPropagator(), "xray": AwsXRayPropagator(),
    "ottrace": OTTracePropagator(),
}


def text(value):
    return quote(value, safe="")


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))


# Contexts


def span_context(fields):
    state = fields.get("state")
    return trace.SpanContext(
        int(fields["trace"], 16), int(fields["span"], 16), fields.get("remote", False),
        trace.TraceFlags(fields.get("flags", 0)), trace.TraceState.from_header([state]) if state else None)


def context(fields):
    result = Context()
    if fields.get("trace"):
        result = trace.set_span_in_context(trace.NonRecordingSpan(span_context(fields)), result)
    for entry in fields.get("baggage", []):
        result = baggage.set_baggage(entry["name"], entry["value"], result)
    return result


def described(result):
    span = trace.get_current_span(result).get_span_context()
    parts = []
    if span.is_valid:
        parts.append(
            f"{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x} remote={int(span.is_remote)}"
            f" state={text(span.trace_state.to_header())}")
    parts += [f"{text(name)}={text(value)}" for name, value in sorted(baggage.get_all(result).items())]
    return " ".join(parts)


class HeaderGetter(Getter):
    """Headers as a list of pairs, whose names have no case."""

    def get(self, carrier, key):
        return [value for name, value in carrier if name.lower() == key.lower()] or None

    def keys(self, carrier):
        return [name.lower() for name, _ in carrier]


def propagate(case):
    """Injects a context, or extracts headers; the result is the headers or the context."""
    propagator = PROPAGATORS[case["format"]]
    if "headers" in case:
        headers = [(header["name"], header["value"]) for header in case["headers"]]
        return described(propagator.extract(headers, Context(), HeaderGetter()))
    carrier = {}
    propagator.inject(carrier, context(case["context"]))
    return " ".join(f"{text(name)}={text(value)}" for name, value in carrier.items())


# Samplers


def sampler(fields):
    kind = fields["kind"]
    if kind == "on":
        return sampling.ALWAYS_ON
    if kind == "off":
        return sampling.ALWAYS_OFF
    if kind == "ratio":
        return sampling.TraceIdRatioBased(number(fields["ratio"]))
    if kind == "probability":
        return composition.composite_sampler(composition.composable_traceid_ratio_based(number(fields["ratio"])))
    if kind == "composite":
        return composition.composite_sampler(composable(fields["delegate"]))
    if kind == "record":
        return sampling.AlwaysRecordSampler(sampler(fields["root"]))
    names = ("root", "remote_parent_sampled", "remote_parent_not_sampled", "local_parent_sampled", "local_parent_not_sampled")
    return sampling.ParentBased(**{name: sampler(fields[name]) for name in names if name in fields})


def composable(fields):
    kind = fields["kind"]
    if kind == "on":
        return composition.composable_always_on()
    if kind == "off":
        return composition.composable_always_off()
    if kind == "ratio":
        return composition.composable_traceid_ratio_based(number(fields["ratio"]))
    if kind == "parent":
        return composition.composable_parent_threshold(composable(fields["root"]))
    return composition.composable_rule_based(
        [(named(rule["name"]), composable(rule["sampler"])) for rule in fields["rules"]])


def named(name):
    return lambda **span: span["name"] == name


def number(digits):
    return struct.unpack(">d", bytes.fromhex(digits))[0]


class FixedIDs(IdGenerator):
    def __init__(self, is_random):
        self.is_random = is_random
        self.trace = self.span = 0

    def generate_trace_id(self):
        return self.trace

    def generate_span_id(self):
        return self.span

    def is_trace_id_random(self):
        return self.is_random


def decide(case):
    """The decision about a span, and the context that its tracer gives it."""
    chosen = sampler(case["sampler"])
    parent = context(case["parent"])
    if case["sampler"]["kind"] in ("probability", "composite"):
        state = trace.get_current_span(parent).get_span_context().trace_state
        result = chosen.should_sample(parent, int(case["trace"], 16), case["name"], trace_state=state)
        decided = result.trace_state.to_header() if result.trace_state else ""
        return f"{result.decision.name} state={text(decided)}"
    ids = FixedIDs(case["random"])
    ids.trace, ids.span = int(case["trace"], 16), 7
    provider = TracerProvider(sampler=chosen, id_generator=ids, resource=Resource({}), shutdown_on_exit=False)
    span = provider.get_tracer("test").start_span("span", parent)
    mine = span.get_span_context()
    return (
        f"{mine.trace_id:032x}-{mine.span_id:016x}-{mine.trace_flags:02x} state={text(mine.trace_state.to_header())}"
        f" recording={int(span.is_recording())}")


# Spans


def value(fields):
    kind, content = fields["t"], fields.get("v")
    if kind == "i":
        return int(content)
    if kind == "d":
        return number(content)
    if kind == "y":
        return bytes.fromhex(content)
    if kind == "a":
        return [value(element) for element in content]
    if kind == "m":
        return attributes(content)
    return content


def attributes(fields):
    return {attribute["k"]: value(attribute["v"]) for attribute in fields}


def link(fields):
    return trace.Link(span_context(fields["context"]), attributes(fields["attributes"]))


class OwnError(Exception):
    """Its message and type are replaced by the attributes of a case."""


def operate(span, step):
    kind = step["op"]
    if kind == "attribute":
        span.set_attribute(step["k"], value(step["v"]))
    elif kind == "attributes":
        span.set_attributes(attributes(step["attributes"]))
    elif kind == "event":
        span.add_event(step["name"], attributes(step["attributes"]), int(step["at"]))
    elif kind == "error":
        span.record_exception(OwnError(), attributes(step["attributes"]), int(step["at"]))
    elif kind == "link":
        span.add_link(span_context(step["context"]), attributes(step["attributes"]))
    elif kind == "status":
        span.set_status(trace.StatusCode(step["code"]), step["message"])
    elif kind == "name":
        span.update_name(step["name"])
    else:
        span.end(int(step["at"]))


def record(case, exporter, limited):
    """Makes the spans of a case and exports them in one request."""
    limits = case["limits"]
    count = {name: limits[name] if limited else SpanLimits.UNSET for name in (
        "max_span_attributes", "max_events", "max_links", "max_event_attributes", "max_link_attributes")}
    length = limits.get("length", SpanLimits.UNSET)
    ids = FixedIDs(case["random"])
    provider = TracerProvider(
        id_generator=ids, resource=Resource(attributes(case["resource"]), case["schema"]), shutdown_on_exit=False,
        span_limits=SpanLimits(**count, max_attribute_length=length, max_span_attribute_length=length))
    memory = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    scope = case["scope"]
    tracer = provider.get_tracer(scope["name"], scope["version"], scope["schema"], attributes(scope["attributes"]))
    for plan in case["spans"]:
        ids.trace, ids.span = int(plan["trace"], 16), int(plan["span"], 16)
        span = tracer.start_span(
            plan["name"], context(plan["parent"]), trace.SpanKind(plan["kind"] - 1), attributes(plan["attributes"]),
            [link(fields) for fields in plan["links"]], int(plan["start"]))
        for step in plan["steps"]:
            operate(span, step)
    exporter.export(memory.get_finished_spans())


def flat_value(any_value):
    kind = any_value.WhichOneof("value")
    if kind is None:
        return "empty"
    content = getattr(any_value, kind)
    if kind == "array_value":
        return "[" + ",".join(flat_value(element) for element in content.values) + "]"
    if kind == "kvlist_value":
        return "{" + ",".join(f"{text(element.key)}:{flat_value(element.value)}" for element in content.values) + "}"
    if kind == "double_value":
        return "double:" + struct.pack(">d", content).hex()
    if kind == "bytes_value":
        return "bytes:" + content.hex()
    return f"{kind.removesuffix('_value')}:{text(str(content))}"


def flatten(message, path=""):
    """Each field of a message that is set, with attributes by key, since their order has no meaning."""
    for field, content in message.ListFields():
        name = path + field.name
        if field.name == "attributes":
            for attribute in content:
                yield f"{name}[{text(attribute.key)}]", flat_value(attribute.value)
        elif field.is_repeated:
            for index, element in enumerate(content):
                yield f"{name}[{index}]", ""
                yield from flatten(element, f"{name}[{index}].")
        elif field.message_type:
            yield from flatten(content, name + ".")
        elif isinstance(content, bytes):
            yield name, content.hex()
        else:
            yield name, text(str(content))


class Receiver(grpc.GenericRpcHandler):
    def __init__(self):
        self.lock = threading.Lock()
        self.lines = []

    def service(self, details):
        side = dict(details.invocation_metadata).get("side", "?")
        return grpc.unary_unary_rpc_method_handler(
            lambda request, _: self.take(side, request),
            request_deserializer=trace_service_pb2.ExportTraceServiceRequest.FromString,
            response_serializer=trace_service_pb2.ExportTraceServiceResponse.SerializeToString)

    def take(self, side, request):
        for resource_spans in request.resource_spans:
            above = list(flatten(resource_spans.resource, "resource."))
            above.append(("resource.schema", text(resource_spans.schema_url)))
            for scope_spans in resource_spans.scope_spans:
                scope = [*flatten(scope_spans.scope, "scope."), ("scope.schema", text(scope_spans.schema_url))]
                for span in scope_spans.spans:
                    fields = [*flatten(span), *above, *scope]
                    line = "\t".join([side, span.span_id.hex(), *(f"{path}={field}" for path, field in fields)])
                    with self.lock:
                        self.lines.append(line)
        return trace_service_pb2.ExportTraceServiceResponse()


def compare_spans(cases, results):
    receiver = Receiver()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), handlers=(receiver,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"port {port}", flush=True)
    endpoint = f"http://127.0.0.1:{port}"
    for side, limited in (("theirs", True), ("unlimited", False)):
        exporter = OTLPSpanExporter(endpoint, insecure=True, headers=(("side", side),))
        for case in cases:
            record(case, exporter, limited)
        exporter.shutdown()
    print("done", flush=True)
    sys.stdin.read()
    server.stop(None).wait()
    write(results, receiver.lines)


def main():
    mode, cases, results = sys.argv[1:]
    if mode == "spans":
        compare_spans(read(cases), results)
    else:
        answer = propagate if mode == "propagators" else decide
        write(results, [answer(case) for case in read(cases)])


if __name__ == "__main__":
    import logging
    logging.disable(logging.CRITICAL)
    main()
