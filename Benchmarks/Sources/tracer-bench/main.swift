// Measures the tracer with the spans of the standard workload, whose strings are ready or built by the program.
//
// queue: starts, sets and ends SPANS spans; the exporter discards the batches.
//   bare: start and end; within: the same by `withSpan`, in a task; unsampled: start, ten attributes and end.
// pipeline: each round records SPANS spans, sends them in plaintext to a server, and flushes; prints the process's CPU time per
//   span. Two producers record half of them each and wait for room in the queue.
// memory: prints the resident memory in MB at the start, with 65,536 spans queued, and after they were exported.
import BenchSupport
import OTLPGRPC
import OTLPTesting

final class Strings: Sendable {
  let name, method, route, path, server, client: String
  let status: Int
  let link: SpanContext

  init(_ index: Int) {
    let span = StandardWorkload().span(index)
    func text(_ key: String) -> String { if case .string(let text) = span.attributes[key] { text } else { "" } }
    (name, method, route) = (span.name, text("http.request.method"), text("http.route"))
    (path, server, client) = (text("url.path"), text("server.address"), text("client.address"))
    status = [200, 200, 200, 201, 204, 404, 500, 302][index % 8]
    link = SpanContext(traceID: span.links[0].traceID, spanID: span.links[0].spanID)
  }
}

struct Discard: SpanExporter {
  let gate = Promise<Void>()

  func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome {
    await gate.value
    return .success
  }
}

var arguments = Arguments(
  usage:
    "tracer-bench queue ready|fresh|bare|within|unsampled SPANS, tracer-bench pipeline ready|fresh PORT SPANS ROUNDS PRODUCERS, or tracer-bench memory"
)
let ready = (0..<128).map { Strings($0) }
let workload = StandardWorkload()

func provider(_ processor: BatchSpanProcessor, sampled: Bool = true) throws -> TelemetryTracer {
  let root: any Sampler = sampled ? AlwaysOnSampler() : AlwaysOffSampler()
  return try TracerProvider(
    resource: StandardWorkload.resource, sampler: ParentBasedSampler(root: root), processors: [processor]
  ).tracer("peers.bench", version: "0.1.0")
}

@inline(never) func recordReady(_ index: Int, _ tracer: TelemetryTracer) {
  let strings = ready[index & 127]
  let span = tracer.startSpan(strings.name, kind: .server)
  setAttributes(span, strings, index)
  span.addEvent("db.query.start") { attributes in
    attributes.set("db.system.name", "postgresql")
    attributes.set("db.operation.batch.size", 1 + index % 50)
  }
  span.addEvent("db.query.end") { attributes in
    attributes.set("db.collection.name", "users")
    attributes.set("db.response.returned_rows", index % 200)
  }
  span.addLink(strings.link)
  span.setStatus(strings.status >= 500 ? .error("upstream timed out") : .ok)
  span.end()
}

@inline(__always) func setAttributes(_ span: RecordingSpan, _ strings: Strings, _ index: Int) {
  span.setAttribute("http.request.method", strings.method)
  span.setAttribute("http.route", strings.route)
  span.setAttribute("url.path", strings.path)
  span.setAttribute("server.address", strings.server)
  span.setAttribute("user_agent.original", "Mozilla/5.0 (X11; Linux)")
  span.setAttribute("client.address", strings.client)
  span.setAttribute("http.response.status_code", strings.status)
  span.setAttribute("http.response.body.size", index &* 7919 & 0xFFFF)
  span.setAttribute("app.cache.hit_ratio", Double(index % 1000) / 1000)
  span.setAttribute("app.authenticated", index % 3 != 0)
}

@inline(never) func recordFresh(_ index: Int, _ tracer: TelemetryTracer) {
  let span = workload.start(index, tracer, parent: TraceContext())
  span.setStatus(workload.status(index))
  span.end()
}

@inline(never) func recordUnsampled(_ index: Int, _ tracer: TelemetryTracer) {
  let span = tracer.startSpan("GET /api/v1/users/{id}", kind: .server)
  span.setAttribute("http.request.method", "GET")
  span.setAttribute("http.route", "/api/v1/users/{id}")
  span.setAttribute("url.path", "/api/v1/users/100000")
  span.setAttribute("server.address", "api-1.prod.example.com")
  span.setAttribute("user_agent.original", "Mozilla/5.0 (X11; Linux)")
  span.setAttribute("client.address", "10.1.0.0")
  span.setAttribute("http.response.status_code", index & 511)
  span.setAttribute("http.response.body.size", index)
  span.setAttribute("app.cache.hit_ratio", 0.5)
  span.setAttribute("app.authenticated", true)
  span.end()
}

@inline(never) func recordBare(_ index: Int, _ tracer: TelemetryTracer) { tracer.startSpan("GET /").end() }
@inline(never) func recordWithin(_ index: Int, _ tracer: TelemetryTracer) { tracer.withSpan("GET /") { _ in } }

typealias Recorder = @Sendable (Int, TelemetryTracer) -> Void

/// A queue for any number of spans, whose batches are exported when they are full.
func measureQueue(_ mode: String, _ count: Int) throws {
  var configuration = BatchConfiguration()
  configuration.maxQueueSize = 1 << 24
  configuration.maxQueueBytes = 1 << 36
  configuration.scheduleDelay = .seconds(3600)
  let exporter = Discard()
  exporter.gate.fulfil(())
  let processor = try BatchSpanProcessor(exporter: exporter, configuration: configuration)
  let tracer = try provider(processor, sampled: mode != "unsampled")
  let done = BlockingSemaphore()
  // A task, in which a context is bound without an allocation.
  Task.detached {
    // Each mode has its own loop: a call by a pointer would count.
    switch mode {
    case "ready": for index in 0..<count { recordReady(index, tracer) }
    case "fresh": for index in 0..<count { recordFresh(index, tracer) }
    case "bare": for index in 0..<count { recordBare(index, tracer) }
    case "within": for index in 0..<count { recordWithin(index, tracer) }
    default: for index in 0..<count { recordUnsampled(index, tracer) }
    }
    done.signal()
  }
  _ = done.wait(until: .never)
  report("ended", processor.ledger.ended)
}

func measurePipeline(_ record: @escaping Recorder, _ port: Int, _ count: Int, _ rounds: Int, _ producers: Int) throws {
  var settings = OTLPGRPCExporter.Configuration(endpoint: "http://127.0.0.1:\(port)")
  settings.compression = .none
  var configuration = BatchConfiguration()
  configuration.overflow = .block(upTo: .seconds(5))
  let processor = try BatchSpanProcessor(exporter: OTLPGRPCExporter(settings), configuration: configuration)
  let tracer = try provider(processor)
  for _ in 0..<rounds {
    let start = processCPU()
    let finished = (1..<max(2, producers)).map { number in
      let done = BlockingSemaphore()
      if number < producers {
        startThread {
          for index in 0..<count / producers { record(index, tracer) }
          done.signal()
        }
      } else {
        done.signal()
      }
      return done
    }
    for index in 0..<count / producers { record(index, tracer) }
    for done in finished { _ = done.wait(until: .never) }
    guard processor.forceFlushBlocking(within: .seconds(30)).isDelivered else { fatalError("not delivered") }
    report("nanosecondsPerSpan", Double(processCPU() - start) / Double(count))
  }
  _ = processor.shutdownBlocking(within: .seconds(5))
}

func startThread(_ body: @escaping @Sendable () -> Void) {
  TelemetryRuntime.shared.startBlocking(body)
}

/// The second number of the file, which counts pages of 4 KiB.
func residentMegabytes() -> Double {
  let pages = String(decoding: contents(ofFile: "/proc/self/statm"), as: UTF8.self).split(separator: " ")
  return (Double(pages[1]) ?? 0) * 4096 / 1e6
}

func measureMemory() throws {
  var configuration = BatchConfiguration()
  configuration.maxQueueSize = 65_536 + 512
  let exporter = Discard()
  let processor = try BatchSpanProcessor(exporter: exporter, configuration: configuration)
  let tracer = try provider(processor)
  for index in 0..<512 { recordReady(index, tracer) }
  report("startMegabytes", residentMegabytes())
  for index in 0..<65_536 { recordReady(index, tracer) }
  report("queued", processor.ledger.queued + processor.ledger.inFlight)
  report("queuedMegabytes", residentMegabytes())
  exporter.gate.fulfil(())
  guard processor.forceFlushBlocking(within: .seconds(30)).isDelivered else { fatalError("not delivered") }
  report("emptiedMegabytes", residentMegabytes())
}

let part = arguments.text()
if part == "memory" {
  try measureMemory()
} else {
  let mode = arguments.text()
  guard ["ready", "fresh", "bare", "within", "unsampled"].contains(mode) else { arguments.stop() }
  switch part {
  case "queue": try measureQueue(mode, arguments.number())
  case "pipeline":
    let numbers = (arguments.number(), arguments.number(), arguments.number(), arguments.number())
    let ready: Recorder = { recordReady($0, $1) }
    let fresh: Recorder = { recordFresh($0, $1) }
    try measurePipeline(mode == "fresh" ? fresh : ready, numbers.0, numbers.1, numbers.2, numbers.3)
  default: arguments.stop()
  }
}
