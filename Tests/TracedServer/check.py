#!/usr/bin/env python3
"""Runs the traced server and a Collector, sends requests, and checks the trees of spans that the Collector wrote.

    check.py SERVER COLLECTOR
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
CONFIGURATION = """
receivers:
  otlp: {{protocols: {{grpc: {{endpoint: "127.0.0.1:{port}"}}}}}}
exporters:
  file: {{path: {path}}}
service:
  telemetry: {{logs: {{level: warn}}, metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [file]}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the Collector doesn't start")


def get(port, path, flags="01"):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        headers={"traceparent": f"00-{TRACE}-{CALLER}-{flags}", "tracestate": "vendor=1", "baggage": "tier=gold"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def read_spans(path):
    spans = []
    for line in open(path, encoding="utf-8"):
        for resource in json.loads(line)["resourceSpans"]:
            name = {a["key"]: a["value"] for a in resource["resource"]["attributes"]}["service.name"]["stringValue"]
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    attributes = {a["key"]: a["value"] for a in span.get("attributes", [])}
                    spans.append({**span, "attributes": attributes, "scope": scope["scope"]["name"], "service": name})
    return spans


def run(server, collector, folder):
    port, path = free_port(), os.path.join(folder, "spans.jsonl")
    configuration = os.path.join(folder, "collector.yaml")
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(CONFIGURATION.format(port=port, path=path))
    receiver = subprocess.Popen([collector, "--config", configuration])
    try:
        wait_for_port(port, receiver)
        environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
        log_path = os.path.join(folder, "log")
        with open(log_path, "w", encoding="utf-8") as log:
            process = subprocess.Popen([server], env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                http = int(process.stdout.readline().split()[1])
                answers = [get(http, "/users/7"), get(http, "/orders/8"), get(http, "/users/9", "00"), get(http, "/nowhere")]
                process.send_signal(signal.SIGTERM)
                rest = process.communicate(timeout=60)[0]
            finally:
                process.kill()
        if process.returncode != 0:
            sys.exit(f"the server ended with {process.returncode}: {open(log_path, encoding='utf-8').read()}")
        return answers, rest, open(log_path, encoding="utf-8").read(), receiver, path
    finally:
        receiver.send_signal(signal.SIGTERM)
        receiver.wait(timeout=60)


def expect(condition, what, shown=None):
    if not condition:
        sys.exit(f"check.py: {what}" + (f": {json.dumps(shown, indent=1)}" if shown is not None else ""))


def check(answers, rest, log, path):
    spans = read_spans(path)
    named = {span["name"]: span for span in spans}
    expect(sorted(named) == sorted(
        ["/users/{id}", "load user", "SELECT users", "decode", "/orders/{id}", "reserve stock",
         "NotFound"]) and len(spans) == len(named), "other spans than expected", sorted(named))
    expect({span["traceId"] for span in spans} == {TRACE}, "a span isn't in the caller's trace", spans)
    expect({span["service"] for span in spans} == {"traced-server"}, "another service", spans)
    expect({span.get("traceState") for span in spans} == {"vendor=1"}, "the trace state isn't carried on", spans)
    parents = {
        "/users/{id}": CALLER, "/orders/{id}": CALLER, "NotFound": CALLER,
        "load user": named["/users/{id}"]["spanId"], "SELECT users": named["load user"]["spanId"],
        "decode": named["SELECT users"]["spanId"], "reserve stock": named["/orders/{id}"]["spanId"],
    }
    for name, parent in parents.items():
        expect(named[name]["parentSpanId"] == parent, f"{name} has another parent", spans)
    expect(named["/users/{id}"]["flags"] == 0x301 and named["load user"]["flags"] == 0x101, "wrong flags", spans)
    kinds = {"/users/{id}": 2, "/orders/{id}": 2, "SELECT users": 3, "load user": 1}
    expect(all(named[name]["kind"] == kind for name, kind in kinds.items()), "wrong kinds", spans)
    expect(named["SELECT users"]["scope"] == "traced-server.users", "wrong scope", spans)
    expect(named["load user"]["attributes"]["user.id"] == {"stringValue": "7"}, "no attribute", spans)
    status = named["/users/{id}"]["attributes"]["http.response.status_code"]
    expect(status == {"intValue": "200"}, "the middleware's attributes are missing", named["/users/{id}"])

    failed, outer = named["reserve stock"], named["/orders/{id}"]
    expect(failed["status"]["code"] == 2 and outer["status"]["code"] == 2, "the error has no status", spans)
    expect([event["name"] for event in failed["events"]] == ["asked the warehouse", "exception"], "wrong events", failed)
    exception = {a["key"]: a["value"] for a in failed["events"][1]["attributes"]}
    expect(exception["exception.message"] == {"stringValue": "out of stock"}, "wrong exception", failed)
    expect([event["name"] for event in outer["events"]] == ["exception"], "wrong events", outer)

    expect([code for code, _ in answers] == [200, 500, 200, 404], "wrong answers", answers)
    expect(answers[0][1] == f"user 7 00-{TRACE}-{named['SELECT users']['spanId']}-01", "wrong injection", answers)
    # A caller that doesn't sample: the trace goes on, and nothing is exported.
    expect(answers[2][1].startswith(f"user 9 00-{TRACE}-") and answers[2][1].endswith("-00"), "wrong injection", answers)
    expect("ended exported 7, dropped 0" in rest, f"wrong ledger: {rest}")
    line = next((line for line in log.splitlines() if "loading" in line), "")
    for value in (f"trace_id={TRACE}", f"span_id={named['load user']['spanId']}", "trace_flags=01"):
        expect(value in line, f"the log line lacks {value}: {line}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        answers, rest, log, _, path = run(sys.argv[1], sys.argv[2], folder)
        check(answers, rest, log, path)
    print("check.py: a Hummingbird server's spans arrived as one tree per request")


main()
