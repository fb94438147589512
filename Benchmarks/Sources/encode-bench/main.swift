// Encodes the 512 spans of the standard workload COUNT times, or builds them, or reads their JSON; prints CPU time.
import BenchSupport
import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK

var arguments = Arguments(usage: "encode-bench encode|build|json|read COUNT, or encode-bench write FILE")
let mode = arguments.text()
let workload = StandardWorkload()
let spans = workload.spans(0..<512)
let encoder = ExportRequestEncoder()

if mode == "write" {
  write(encoder.encode(SpanBatch(spans)).protobuf.array, toFile: arguments.text())
} else {
  let count = arguments.number()
  var total = 0
  let start = processCPU()
  switch mode {
  case "encode": for _ in 0..<count { total &+= encoder.encode(SpanBatch(spans)).message.count }
  case "build": for _ in 0..<count { total &+= workload.spans(0..<512).count }
  case "json":
    let message = encoder.encode(SpanBatch(spans)).protobuf
    for _ in 0..<count { total &+= try OTLPJSON.json(of: message, as: .traceRequest).count }
  case "read":
    let text = try OTLPJSON.json(of: encoder.encode(SpanBatch(spans)).protobuf, as: .traceRequest).array
    for _ in 0..<count {
      _ = try OTLPJSON.protobuf(of: text, as: .traceRequest)
      total &+= text.count
    }
  default: arguments.stop()
  }
  report("nanosecondsPerSpan", Double(processCPU() - start) / Double(max(count, 1) * spans.count))
  report("total", total)
}
