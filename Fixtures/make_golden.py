#!/usr/bin/env python3
"""Makes Fixtures/Golden: export requests as the reference serializer writes them (NAME.binpb), and the same requests as
OTLP JSON (NAME.json). `--check` compares with what is there instead. Needs the packages of Tests/requirements.txt.

A test reads the JSON, encodes the items and compares the bytes. The names of requests of log records begin with `logs-`, those
of metrics with `metrics-`; the others hold spans.
"""
import base64
import hashlib
import json
import os
import struct
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Golden")
WORKLOAD_SHA256 = "368331e87f6ba5d5929aa8ccce781a6c887754c3141aa9027a9e705007a00ef3"


def value(item):
    """An AnyValue of a Python value; None is the empty one."""
    if item is None:
        return AnyValue()
    if isinstance(item, bool):
        return AnyValue(bool_value=item)
    if isinstance(item, int):
        return AnyValue(int_value=item)
    if isinstance(item, float):
        return AnyValue(double_value=item)
    if isinstance(item, str):
        return AnyValue(string_value=item)
    if isinstance(item, bytes):
        return AnyValue(bytes_value=item)
    if isinstance(item, list):
        return AnyValue(array_value=ArrayValue(values=[value(element) for element in item]))
    return AnyValue(kvlist_value=KeyValueList(values=attributes(item)))


def attributes(items):
    return [KeyValue(key=key, value=value(item)) for key, item in items.items()]


def span(number=1, **fields):
    defaults = dict(
        trace_id=bytes(range(number, number + 16)), span_id=bytes(range(number, number + 8)), name="span",
        kind=Span.SPAN_KIND_SERVER, start_time_unix_nano=1_700_000_000_000_000_001,
        end_time_unix_nano=1_700_000_000_000_000_999)
    if "attributes" in fields:
        fields["attributes"] = attributes(fields["attributes"])
    return Span(**{**defaults, **fields})


def request(*spans):
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(
        resource=Resource(attributes=attributes({"service.name": "golden"})),
        scope_spans=[ScopeSpans(scope=InstrumentationScope(name="scope"), spans=spans)])])


def nested(depth):
    """Arrays and maps within each other, as deep as exported values may be."""
    item = "core"
    for level in range(depth):
        item = [item, level] if level % 2 else {"key": item, "level": level}
    return item


def mix(number):
    mask = (1 << 64) - 1
    x = (42 + number + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return x ^ (x >> 31)


METHODS = "GET POST GET PUT DELETE GET GET POST".split()
ROUTES = ("/api/v1/users/{id} /api/v1/orders /api/v1/orders/{id}/items /api/v1/users/{id}/profile "
          "/api/v1/sessions/{id} /healthz /api/v1/search /api/v1/payments/{id}/capture").split()
CODES = [200, 200, 200, 201, 204, 404, 500, 302]


def workload_span(i):
    kind, start = i % 8, 1_760_000_000_000_000_000 + i * 1_000_003
    ids = [struct.pack(">Q", mix(4 * i + k)) for k in range(4)]
    return span(
        trace_id=ids[0] + ids[1], span_id=ids[2], parent_span_id=ids[3], name=f"{METHODS[kind]} {ROUTES[kind]}",
        start_time_unix_nano=start, end_time_unix_nano=start + 5_000_000 + mix(i) % 50_000_000,
        attributes={
            "http.request.method": METHODS[kind], "http.route": ROUTES[kind],
            "url.path": f"/api/v1/users/{100_000 + i % 900_000}", "server.address": f"api-{i % 10}.prod.example.com",
            "user_agent.original": "Mozilla/5.0 (X11; Linux)",
            "client.address": f"10.{i % 256}.{i // 7 % 256}.{i // 13 % 256}",
            "http.response.status_code": CODES[kind], "http.response.body.size": mix(i) % 100_000,
            "app.cache.hit_ratio": (i % 1000) / 1000.0, "app.authenticated": i % 3 != 0},
        events=[
            Span.Event(time_unix_nano=start + 1_000_000, name="db.query.start", attributes=attributes(
                {"db.system.name": "postgresql", "db.operation.batch.size": 1 + i % 50})),
            Span.Event(time_unix_nano=start + 4_000_000, name="db.query.end", attributes=attributes(
                {"db.collection.name": "users", "db.response.returned_rows": i % 200}))],
        links=[Span.Link(trace_id=ids[1] + ids[0], span_id=ids[3])],
        status=Status(message="upstream timed out", code=2) if CODES[kind] >= 500 else Status(code=1))


def workload(count):
    resource = attributes({
        "service.name": "checkout-service", "service.version": "1.42.0", "host.name": "ip-10-0-12-34.ec2.internal",
        "process.pid": 4242, "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.language": "swift"})
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(
        resource=Resource(attributes=resource), scope_spans=[ScopeSpans(
            scope=InstrumentationScope(name="peers.bench", version="0.1.0"),
            spans=[workload_span(i) for i in range(count)])])])


def every_field():
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(
        resource=Resource(attributes=attributes({"service.name": "all"}), dropped_attributes_count=7),
        scope_spans=[ScopeSpans(
            scope=InstrumentationScope(
                name="scope", version="1.2.3", attributes=attributes({"a": 1}), dropped_attributes_count=8),
            spans=[span(
                parent_span_id=b"\x11" * 8, trace_state="vendor=1,other=2", flags=0x301,
                attributes={"key": "value"}, dropped_attributes_count=1, dropped_events_count=2,
                dropped_links_count=4_294_967_295, status=Status(message="failed", code=2),
                events=[Span.Event(
                    time_unix_nano=5, name="event", attributes=attributes({"e": 1.5}), dropped_attributes_count=3)],
                links=[Span.Link(
                    trace_id=b"\x01" * 16, span_id=b"\x02" * 8, trace_state="l=1", attributes=attributes({"l": True}),
                    dropped_attributes_count=9, flags=0x101)])],
            schema_url="https://example.com/scope")],
        schema_url="https://example.com/resource")])


def groups():
    """Two resources; scopes that differ in one field each; none at all (trap 20)."""
    def scope_spans(number, **scope):
        return ScopeSpans(scope=InstrumentationScope(**scope) if scope else None, spans=[span(number), span(number + 1)])
    return ExportTraceServiceRequest(resource_spans=[
        ResourceSpans(
            resource=Resource(attributes=attributes({"service.name": "one"})),
            scope_spans=[scope_spans(1, name="a"), scope_spans(3, name="a", version="2"), scope_spans(5)]),
        ResourceSpans(
            resource=Resource(attributes=attributes({"service.name": "two"})), schema_url="https://example.com/two",
            scope_spans=[scope_spans(7, name="a")]),
        ResourceSpans(scope_spans=[scope_spans(9, name="a")])])


def cases():
    text = lambda count: "x" * count
    yield "every-field", every_field()
    yield "groups", groups()
    yield "workload", workload(8)
    yield "empty-request", ExportTraceServiceRequest()
    yield "empty-span", ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[Span(), Span(events=[Span.Event()], links=[Span.Link()])])])])
    yield "values", request(span(attributes={
        "string": "text", "": "empty key", "empty string": "", "true": True, "false": False, "zero": 0, "one": 1,
        "double zero": 0.0, "negative zero": -0.0, "double": 0.1, "tiny": 5e-324, "huge": 1.7976931348623157e308,
        "nan": float("nan"), "infinity": float("inf"), "negative infinity": float("-inf"), "bytes": b"\x00\x01\xfe\xff",
        "no bytes": b"", "one byte": b"a", "array": ["a", 1, None, False, [], {}, [1, [2, [3]]]], "no values": [],
        "map": {"a": 1, "b": {"c": None}, "": ""}, "no keys": {}, "empty": None}))
    # Trap 14: each length of varint at its edges, in values and in lengths.
    edges = sorted({edge for bits in range(7, 64, 7) for edge in ((1 << bits) - 1, 1 << bits)} | {(1 << 63) - 1})
    yield "integers", request(span(attributes={
        str(number): number for edge in edges for number in (edge, -edge) if number < 1 << 63} | {"min": -(1 << 63)}))
    yield "lengths", request(*(
        span(name=text(count), attributes={text(count % 100): text(count)}) for count in (1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33,
        100, 110, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 255, 256)))
    yield "long-lengths", request(*(
        span(attributes={"key": text(count)}) for count in (16_369, 16_373, 16_374, 16_375, 16_376, 16_383, 16_384)))
    yield "names", request(*(span(name=text(count)) for count in (0, 63, 64, 65, 127, 128, 16_383, 16_384)))
    yield "unicode", request(span(
        name="größe 漢字 👩‍👩‍👧 \u0000\u0001\u007f\u2028", trace_state="k=ü", attributes={
            "quote\"back\\slash/\b\f\n\r\t": "\U0010ffff\ufffd e\u0301"}, status=Status(message="naïve", code=2)))
    # Trap 13: no nanosecond is lost. Trap 12: links keep state and flags.
    yield "times", request(*(
        span(start_time_unix_nano=start, end_time_unix_nano=end, events=[Span.Event(time_unix_nano=start, name="e")])
        for start, end in ((0, 0), (1, 0), (1_699_999_999_999_999_999, 1_700_000_000_000_000_001),
                           ((1 << 53) + 1, (1 << 63) - 1), (1 << 63, (1 << 64) - 1))))
    yield "links", request(span(links=[
        Span.Link(trace_id=b"\x01" * 16, span_id=b"\x02" * 8, trace_state="congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
                  flags=flags) for flags in (0, 1, 0x100, 0x301, 0xFFFFFFFF)], flags=0x101))
    yield "kinds", request(*(span(kind=kind, status=Status(code=kind % 3) if kind % 3 else None) for kind in range(6)))
    yield "status", request(
        span(status=Status(code=1)), span(status=Status(message="no code")), span(status=Status(message="m", code=2)))
    yield "dropped", request(*(
        span(dropped_attributes_count=count, dropped_events_count=count, dropped_links_count=count)
        for count in (1, 127, 128, 16_383, 16_384, 4_294_967_295)))
    yield "nested", request(span(attributes={"deep": nested(30)}))
    yield "many-attributes", request(span(attributes={f"key.{number}": number for number in range(1000)}))


LOG_TIME = 1_700_000_000_123_456_789


def log_record(**fields):
    defaults = dict(time_unix_nano=LOG_TIME, observed_time_unix_nano=LOG_TIME + 1)
    for name, convert in (("attributes", attributes), ("body", value)):
        if name in fields:
            fields[name] = convert(fields[name])
    return LogRecord(**{**defaults, **fields})


def logs(*records):
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(
        resource=Resource(attributes=attributes({"service.name": "golden"})),
        scope_logs=[ScopeLogs(scope=InstrumentationScope(name="scope"), log_records=records)])])


def log_cases():
    yield "logs-every-field", ExportLogsServiceRequest(resource_logs=[ResourceLogs(
        resource=Resource(attributes=attributes({"service.name": "all"}), dropped_attributes_count=7),
        scope_logs=[ScopeLogs(
            scope=InstrumentationScope(
                name="scope", version="1.2.3", attributes=attributes({"a": 1}), dropped_attributes_count=8),
            log_records=[log_record(
                severity_number=17, severity_text="Error", body={"text": "failed", "codes": [1, 2]},
                attributes={"key": "value"}, dropped_attributes_count=3, flags=0x101, trace_id=bytes(range(1, 17)),
                span_id=bytes(range(1, 9)), event_name="payment.failed")],
            schema_url="https://example.com/scope")],
        schema_url="https://example.com/resource")])
    yield "logs-empty-request", ExportLogsServiceRequest()
    yield "logs-empty-record", ExportLogsServiceRequest(
        resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=[LogRecord(), LogRecord()])])])
    yield "logs-bodies", logs(*(log_record(body=body) for body in (
        "text", "", "größe \u0000\n\"\\", True, False, 0, -1, (1 << 63) - 1, 0.0, -0.5, float("nan"), float("-inf"),
        b"\x00\xff", b"", [], ["a", 1, None, {}], {}, {"message": "m", "nested": {"deep": [1, [2]]}}, None, nested(20))),
        log_record())
    yield "logs-severities", logs(*(
        log_record(severity_number=number, severity_text=text) for number in range(25) for text in ("", "INFO")))
    yield "logs-times", logs(*(
        log_record(time_unix_nano=time, observed_time_unix_nano=observed)
        for time, observed in ((0, 0), (0, 1), (LOG_TIME, 0), ((1 << 53) + 1, (1 << 63) - 1), (1 << 63, (1 << 64) - 1))))
    yield "logs-contexts", logs(*(
        log_record(trace_id=trace, span_id=span_id, flags=flags) for trace, span_id, flags in (
            (b"", b"", 0), (b"\x01" * 16, b"", 1), (b"\x01" * 16, b"\x02" * 8, 0), (b"\xff" * 16, b"\xfe" * 8, 0xFFFFFFFF))))
    yield "logs-lengths", logs(*(
        log_record(severity_text="s" * (count % 50), body="x" * count, event_name="e" * (count % 200))
        for count in (1, 7, 8, 31, 32, 33, 113, 120, 126, 127, 128, 129, 255, 16_369, 16_383, 16_384)))
    records = [log_record(body=str(number)) for number in range(5)]
    yield "logs-groups", ExportLogsServiceRequest(resource_logs=[
        ResourceLogs(
            resource=Resource(attributes=attributes({"service.name": "one"})),
            scope_logs=[ScopeLogs(scope=InstrumentationScope(name="a"), log_records=records[:2]),
                        ScopeLogs(log_records=records[2:3])]),
        ResourceLogs(
            schema_url="https://example.com/two",
            scope_logs=[ScopeLogs(scope=InstrumentationScope(name="a", version="2"), log_records=records[3:])])])


def metrics(*all):
    return ExportMetricsServiceRequest(resource_metrics=[ResourceMetrics(
        resource=Resource(attributes=attributes({"service.name": "golden"})),
        scope_metrics=[ScopeMetrics(scope=InstrumentationScope(name="scope"), metrics=all)])])


def exemplar(**fields):
    return Exemplar(time_unix_nano=5, trace_id=b"\x01" * 16, span_id=b"\x02" * 8,
                    filtered_attributes=attributes({"f": 1}), **fields)


def point(type, **fields):
    return type(start_time_unix_nano=1, time_unix_nano=LOG_TIME, attributes=attributes({"a": "b"}), **fields)


def metric_cases():
    bounds = dict(count=7, sum=12.5, min=0.5, max=9.0, flags=1, exemplars=[exemplar(as_double=1.5), exemplar(as_int=-2)])
    buckets = ExponentialHistogramDataPoint.Buckets
    yield "metrics-every-kind", ExportMetricsServiceRequest(resource_metrics=[ResourceMetrics(
        resource=Resource(attributes=attributes({"service.name": "all"}), dropped_attributes_count=7),
        scope_metrics=[ScopeMetrics(
            scope=InstrumentationScope(name="scope", version="1"), schema_url="https://example.com/scope", metrics=[
                Metric(name="gauge", description="a gauge", unit="By", metadata=attributes({"m": 1}), gauge=Gauge(
                    data_points=[point(NumberDataPoint, as_double=0.1), point(NumberDataPoint, as_int=-1)])),
                Metric(name="sum", unit="{call}", sum=Sum(
                    aggregation_temporality=2, is_monotonic=True,
                    data_points=[point(NumberDataPoint, as_int=1 << 62, exemplars=[exemplar(as_int=1)])])),
                Metric(name="histogram", histogram=Histogram(aggregation_temporality=1, data_points=[
                    point(HistogramDataPoint, bucket_counts=[0, 3, 4], explicit_bounds=[0.5, 10.0], **bounds)])),
                Metric(name="exponential", exponential_histogram=ExponentialHistogram(aggregation_temporality=2, data_points=[
                    point(ExponentialHistogramDataPoint, scale=-3, zero_count=1, zero_threshold=1e-9,
                          positive=buckets(offset=-5, bucket_counts=[1, 0, 300]), negative=buckets(offset=7),
                          **bounds)])),
                Metric(name="summary", summary=Summary(data_points=[
                    point(SummaryDataPoint, count=3, sum=1.5, flags=1, quantile_values=[
                        SummaryDataPoint.ValueAtQuantile(quantile=quantile, value=quantile * 10) for quantile in (0.0, 0.5, 1.0)])]))])],
        schema_url="https://example.com/resource")])
    yield "metrics-empty-request", ExportMetricsServiceRequest()
    yield "metrics-numbers", metrics(Metric(name="numbers", gauge=Gauge(data_points=[
        *(NumberDataPoint(as_int=number) for number in (0, 1, -1, (1 << 63) - 1, -(1 << 63))),
        *(NumberDataPoint(as_double=number) for number in (
            0.0, -0.0, 0.1, 5e-324, 1.7976931348623157e308, float("nan"), float("inf"), float("-inf"))),
        NumberDataPoint(flags=1)])))
    yield "metrics-optional-values", metrics(Metric(name="h", histogram=Histogram(aggregation_temporality=1, data_points=[
        HistogramDataPoint(), HistogramDataPoint(sum=0.0), HistogramDataPoint(min=0.0, max=0.0),
        HistogramDataPoint(count=1, bucket_counts=[1])])))


def otlp_json(message):
    """OTLP's JSON: as protobuf's, but ids in hexadecimal and enums as numbers (requirements 3.3)."""
    tree = json_format.MessageToDict(message, use_integers_for_enums=True)

    def walk(node):
        if isinstance(node, list):
            for element in node:
                walk(element)
        elif isinstance(node, dict):
            for key, item in node.items():
                if key in ("traceId", "spanId", "parentSpanId"):
                    node[key] = base64.b64decode(item).hex()
                else:
                    walk(item)

    walk(tree)
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")) + "\n"


def main():
    check = "--check" in sys.argv[1:]
    digest = hashlib.sha256(workload(512).SerializeToString(deterministic=True)).hexdigest()
    if digest != WORKLOAD_SHA256:
        sys.exit(f"the standard workload has sha256 {digest}, not {WORKLOAD_SHA256}")
    files = {}
    for name, message in [*cases(), *log_cases(), *metric_cases()]:
        files[name + ".binpb"] = message.SerializeToString(deterministic=True)
        files[name + ".json"] = otlp_json(message).encode()
    os.makedirs(FOLDER, exist_ok=True)
    if check:
        stale = [name for name in set(files) | set(os.listdir(FOLDER)) if files.get(name) != read(name)]
        sys.exit(f"Fixtures/Golden is stale, run Fixtures/make_golden.py: {', '.join(sorted(stale))}" if stale else 0)
    for name in set(os.listdir(FOLDER)) - set(files):
        os.remove(os.path.join(FOLDER, name))
    for name, content in files.items():
        with open(os.path.join(FOLDER, name), "wb") as file:
            file.write(content)


def read(name):
    try:
        with open(os.path.join(FOLDER, name), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


main()
