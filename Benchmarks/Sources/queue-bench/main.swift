// Measures the cost of `onEnd` on the calling thread; the exporter discards the batches.
//
// time: each round passes spans that were just built, and prints this thread's CPU time per call.
// same: passes copies of one span; the difference between two counts shows the allocations of `onEnd`.
import BenchSupport
import OTLPTesting
import TelemetryCore
import TelemetrySDK

struct Discard: SpanExporter {
  func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome { .success }
}

var arguments = Arguments(usage: "queue-bench time SPANS ROUNDS, or queue-bench same SPANS")
let mode = arguments.text()
let count = arguments.number()
var configuration = BatchConfiguration()
configuration.maxQueueSize = max(configuration.maxExportBatchSize, count)
configuration.maxQueueBytes = 1 << 36
let processor = try BatchSpanProcessor(exporter: Discard(), configuration: configuration)

func settle() {
  let report = processor.forceFlushBlocking(within: .seconds(60))
  guard report.isDelivered, report.ledger.isBalanced else { fatalError("\(report)") }
}

/// Passes the spans in small groups, so that each span is still in the cache, as in a program. Their release isn't counted: it
/// is the program's own.
func timeRound(_ spans: UnsafeMutableBufferPointer<SpanData>, _ workload: StandardWorkload) -> Double {
  var spent: UInt64 = 0
  for group in 0..<(count / spans.count) {
    for index in spans.indices {
      spans.initializeElement(at: index, to: workload.span(group * spans.count + index))
    }
    let start = threadCPU()
    for index in spans.indices { processor.onEnd(spans[index]) }
    spent += threadCPU() - start
    spans.deinitialize()
  }
  settle()
  return Double(spent) / Double(count / spans.count * spans.count)
}

switch mode {
case "time":
  let spans = UnsafeMutableBufferPointer<SpanData>.allocate(capacity: min(count, 128))
  for _ in 0..<arguments.number() { report("nanosecondsPerSpan", timeRound(spans, StandardWorkload())) }
case "same":
  let span = StandardWorkload().span(0)
  for _ in 0..<count { processor.onEnd(span) }
  settle()
default: arguments.stop()
}
