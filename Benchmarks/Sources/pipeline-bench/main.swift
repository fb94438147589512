// Measures the whole pipeline: spans are built, ended, batched, encoded and sent in plaintext to a server.
//
// cpu: each round builds and ends SPANS spans and flushes; prints the process's CPU time per span. With automatic
//   compression the server's address looks remote, because the exporter doesn't compress for this machine.
// burst: ends SPANS prepared spans without a pause, then shuts down; prints the ledger.
//   drop: default settings; block: `.block(upTo: 5 s)`; queue: room for 65,536 spans.
// stall: ends spans for SECONDS without a pause, while the server accepts none; prints the resident memory of each second
//   in MB.
import BenchSupport
import OTLPGRPC
import OTLPTesting

var arguments = Arguments(
  usage:
    "pipeline-bench cpu PORT SPANS ROUNDS [none|gzip|auto], or pipeline-bench burst PORT SPANS drop|block|queue, or pipeline-bench stall PORT SECONDS"
)
let mode = arguments.text()
let port = arguments.number()
let count = arguments.number()
let workload = StandardWorkload()

func makeProcessor(
  compression: OTLPCompression = .none, _ configure: (inout BatchConfiguration) -> Void
) throws -> BatchSpanProcessor {
  var configuration = BatchConfiguration()
  configure(&configuration)
  // 0.0.0.0 connects to this machine like 127.0.0.1, but the exporter doesn't treat it as local.
  let host = compression == .auto ? "0.0.0.0" : "127.0.0.1"
  var settings = OTLPGRPCExporter.Configuration(endpoint: "http://\(host):\(port)")
  settings.compression = compression
  return try BatchSpanProcessor(exporter: OTLPGRPCExporter(settings), configuration: configuration)
}

func cpuRound(_ processor: BatchSpanProcessor) -> Double {
  let start = processCPU()
  for index in 0..<count { processor.onEnd(workload.span(index)) }
  let result = processor.forceFlushBlocking(within: .seconds(30))
  guard result.isDelivered else { fatalError("\(result)") }
  return Double(processCPU() - start) / Double(count)
}

func burst(_ processor: BatchSpanProcessor) {
  let spans = workload.spans(0..<count)
  for span in spans { processor.onEnd(span) }
  let ledger = processor.shutdownBlocking(within: .seconds(30)).ledger
  report("ended", ledger.ended)
  report("exported", ledger.exported)
  for (reason, dropped) in ledger.dropped { report("dropped.\(reason)", dropped) }
  report("lost", ledger.ended - ledger.exported)
  report("balanced", ledger.isBalanced && ledger.ended == count)
}

/// The second number of the file, which counts pages of 4 KiB.
func residentMegabytes() -> Double {
  let pages = String(decoding: contents(ofFile: "/proc/self/statm"), as: UTF8.self).split(separator: " ")
  return (Double(pages[1]) ?? 0) * 4096 / 1e6
}

func stall() throws {
  var configuration = BatchConfiguration()
  configuration.exportTimeout = .seconds(2)
  var settings = OTLPGRPCExporter.Configuration(endpoint: "http://127.0.0.1:\(port)")
  settings.timeout = .milliseconds(500)
  let processor = try BatchSpanProcessor(
    exporter: OTLPGRPCExporter(settings, diagnostics: .silent), configuration: configuration, diagnostics: .silent)
  var index = 0
  for _ in 0..<count {
    let end = MonotonicInstant.now + .seconds(1)
    while MonotonicInstant.now < end {
      for _ in 0..<1000 { processor.onEnd(workload.span(index)) }
      index += 1000
    }
    report("residentMegabytes", residentMegabytes())
  }
  let ledger = processor.shutdownBlocking(within: .seconds(1)).ledger
  report("ended", ledger.ended)
  report("balanced", ledger.isBalanced && ledger.ended == index && ledger.exported == 0)
}

switch mode {
case "stall": try stall()
case "cpu":
  let rounds = arguments.number()
  var compression = OTLPCompression.none
  if !arguments.isEmpty {
    switch arguments.text() {
    case "none": break
    case "gzip": compression = .gzip
    case "auto": compression = .auto
    default: arguments.stop()
    }
  }
  let processor = try makeProcessor(compression: compression) { $0.overflow = .block(upTo: .seconds(5)) }
  for _ in 0..<rounds { report("nanosecondsPerSpan", cpuRound(processor)) }
  _ = processor.shutdownBlocking(within: .seconds(5))
case "burst":
  switch arguments.text() {
  case "drop": burst(try makeProcessor { _ in })
  case "block": burst(try makeProcessor { $0.overflow = .block(upTo: .seconds(5)) })
  case "queue": burst(try makeProcessor { $0.maxQueueSize = 65_536 })
  default: arguments.stop()
  }
default: arguments.stop()
}
