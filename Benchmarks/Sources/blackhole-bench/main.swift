// Ends 1000 spans for a server that accepts none, then calls flush or shutdown, and prints how many milliseconds after
// its deadline each call returned. In every other round, the export is under way at the call.
import BenchSupport
import Glibc
import OTLPGRPC
import OTLPTesting

var arguments = Arguments(usage: "blackhole-bench ENDPOINT MILLISECONDS ROUNDS")
let endpoint = arguments.text()
let limit = Duration.milliseconds(arguments.number())
let rounds = arguments.number()
let spans = StandardWorkload().spans(0..<1000)

func makeProcessor() throws -> BatchSpanProcessor {
  let exporter = try OTLPGRPCExporter(.init(endpoint: endpoint), diagnostics: .silent)
  return try BatchSpanProcessor(exporter: exporter, diagnostics: .silent)
}

/// Runs `call` on a new processor with the spans, and reports the delay.
func measure(
  _ name: String, underWay: Bool, _ call: (BatchSpanProcessor) async -> FlushReport
) async throws {
  let processor = try makeProcessor()
  for span in spans { processor.onEnd(span) }
  if underWay { usleep(150_000) }
  let clock = ContinuousClock()
  let start = clock.now
  let ledger = await call(processor).ledger
  let late = (start.duration(to: clock.now) - limit) / .milliseconds(1)
  report(name, late)
  guard ledger.isBalanced, ledger.ended == spans.count, ledger.exported == 0 else { fatalError("\(ledger)") }
  let end = await processor.shutdown(within: .zero).ledger
  guard end.droppedTotal == spans.count, end.queued + end.inFlight == 0 else { fatalError("\(end)") }
}

// The blocking variants must be called from functions that are not async.
func shutdownBlocking(_ processor: BatchSpanProcessor) -> FlushReport { processor.shutdownBlocking(within: limit) }
func flushBlocking(_ processor: BatchSpanProcessor) -> FlushReport { processor.forceFlushBlocking(within: limit) }

for round in 0..<rounds {
  let underWay = round % 2 == 1
  try await measure("shutdown", underWay: underWay) { await $0.shutdown(within: limit) }
  try await measure("forceFlush", underWay: underWay) { await $0.forceFlush(within: limit) }
  try await measure("shutdownBlocking", underWay: underWay) { shutdownBlocking($0) }
  try await measure("forceFlushBlocking", underWay: underWay) { flushBlocking($0) }
}
