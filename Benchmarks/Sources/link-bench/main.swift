// Sends batches of 512 spans as fast as the link allows, CONCURRENCY at once over CONNECTIONS connections. Prints the
// batches per second, and true if the exporter warned of a limit of the server. The first WARM-UP batches don't count:
// in these the exporter learns the server's limits.
import BenchSupport
import OTLPGRPC
import OTLPTesting
import TelemetryCore

var arguments = Arguments(usage: "link-bench PORT CONNECTIONS CONCURRENCY WARM-UP BATCHES")
let endpoint = "http://127.0.0.1:\(arguments.number())"
let connections = arguments.number()
let concurrency = arguments.number()
let warmUp = arguments.number()
let batches = arguments.number()
let size = 512
let spans = StandardWorkload().spans(0..<size)

let isHeldUp = Locked(false)
let diagnostics = Diagnostics(minimumLevel: .warning) { event in
  if event.message == "calls wait for a limit of the server" { isHeldUp.withLock { $0 = true } }
}
var settings = OTLPGRPCExporter.Configuration(endpoint: endpoint)
settings.maxConnections = connections
settings.maxConcurrentExports = concurrency
var configuration = BatchConfiguration()
configuration.overflow = .block(upTo: .seconds(60))
let processor = try BatchSpanProcessor(
  exporter: OTLPGRPCExporter(settings, diagnostics: diagnostics), configuration: configuration)

func send(_ batches: Int) -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  for _ in 0..<batches {
    for span in spans { processor.onEnd(span) }
  }
  _ = processor.forceFlushBlocking(within: .seconds(300))
  return start.duration(to: clock.now) / .seconds(1)
}

_ = send(warmUp)
let seconds = send(batches)
let ledger = processor.shutdownBlocking(within: .seconds(10)).ledger
report("batchesPerSecond", Double(batches) / seconds)
report("lost", ledger.ended - ledger.exported)
report("saysLimit", isHeldUp.withLock { $0 })
