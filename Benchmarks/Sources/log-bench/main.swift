// Measures the logger with records of ten attributes, whose strings are ready.
//
// pipeline: each round emits RECORDS records with ready strings, sends them in plaintext to a server, and flushes.
// queue: emits RECORDS records; the exporter discards the batches.
//   record: outside of a span; span: in an active span; collection: with a collection of attributes; disabled: below the logger's least severity.
import BenchSupport
import OTLPGRPC
import OTLPTesting
import TelemetrySDK

final class Strings: Sendable {
  let method, route, path, server, client: String
  let status: Int

  init(_ index: Int) {
    let span = StandardWorkload().span(index)
    func text(_ key: String) -> String { if case .string(let text) = span.attributes[key] { text } else { "" } }
    (method, route, path) = (text("http.request.method"), text("http.route"), text("url.path"))
    (server, client) = (text("server.address"), text("client.address"))
    status = [200, 200, 200, 201, 204, 404, 500, 302][index % 8]
  }
}

struct Discard: LogRecordExporter {
  func export(_ batch: LogRecordBatch, deadline: Deadline) async -> ExportOutcome { .success }
}

var arguments = Arguments(
  usage: "log-bench queue record|span|collection|disabled RECORDS, or log-bench pipeline PORT RECORDS ROUNDS")
let ready = (0..<128).map { Strings($0) }

@inline(never) func emit(_ index: Int, _ logger: TelemetryLogger) {
  let strings = ready[index & 127]
  logger.emit(.info, "request finished") { attributes in
    attributes.set("http.request.method", strings.method)
    attributes.set("http.route", strings.route)
    attributes.set("url.path", strings.path)
    attributes.set("server.address", strings.server)
    attributes.set("user_agent.original", "Mozilla/5.0 (X11; Linux)")
    attributes.set("client.address", strings.client)
    attributes.set("http.response.status_code", strings.status)
    attributes.set("http.response.body.size", index &* 7919 & 0xFFFF)
    attributes.set("app.cache.hit_ratio", Double(index % 1000) / 1000)
    attributes.set("app.authenticated", index % 3 != 0)
  }
}

/// The same with a collection of the attributes, which the program builds.
@inline(never) func emitCollection(_ index: Int, _ logger: TelemetryLogger) {
  let strings = ready[index & 127]
  logger.emit(
    .info, "request finished",
    attributes: [
      "http.request.method": .string(strings.method), "http.route": .string(strings.route),
      "url.path": .string(strings.path), "server.address": .string(strings.server),
      "user_agent.original": "Mozilla/5.0 (X11; Linux)", "client.address": .string(strings.client),
      "http.response.status_code": .int(Int64(strings.status)),
      "http.response.body.size": .int(Int64(index &* 7919 & 0xFFFF)),
      "app.cache.hit_ratio": .double(Double(index % 1000) / 1000), "app.authenticated": .bool(index % 3 != 0),
    ])
}

/// A queue for any number of records, whose batches are exported when they are full.
func measureQueue(_ mode: String, _ count: Int) throws {
  var configuration = BatchConfiguration(signal: .logs)
  configuration.maxQueueSize = 1 << 24
  configuration.maxQueueBytes = 1 << 36
  configuration.scheduleDelay = .seconds(3600)
  let processor = try BatchLogRecordProcessor(exporter: Discard(), configuration: configuration)
  let logger = try LoggerProvider(resource: StandardWorkload.resource, processors: [processor]) { _ in
    var configuration = TelemetryLogger.Configuration()
    if mode == "disabled" { configuration.minimumSeverity = .warn }
    return configuration
  }.logger("peers.bench", version: "0.1.0")
  let span = try TracerProvider(
    resource: StandardWorkload.resource, processors: [BatchSpanProcessor(exporter: InMemorySpanExporter())]
  ).tracer("peers.bench").startSpan("GET /")
  let context = mode == "span" ? TraceContext(span) : TraceContext()
  let done = BlockingSemaphore()
  // A task, in which a context is bound without an allocation.
  Task.detached {
    // Each mode has its own loop: a call by a pointer would count.
    context.makeCurrent {
      if mode == "collection" {
        for index in 0..<count { emitCollection(index, logger) }
      } else {
        for index in 0..<count { emit(index, logger) }
      }
    }
    done.signal()
  }
  _ = done.wait(until: .never)
  span.end()
  report("emitted", processor.ledger.ended)
}

func measurePipeline(_ port: Int, _ count: Int, _ rounds: Int) throws {
  var settings = OTLPGRPCExporter.Configuration(endpoint: "http://127.0.0.1:\(port)")
  settings.compression = .none
  var configuration = BatchConfiguration(signal: .logs)
  configuration.overflow = .block(upTo: .seconds(5))
  let exporter = try OTLPGRPCExporter(settings)
  let processor = try BatchLogRecordProcessor(exporter: exporter.logExporter, configuration: configuration)
  let logger = try LoggerProvider(resource: StandardWorkload.resource, processors: [processor])
    .logger("peers.bench", version: "0.1.0")
  for _ in 0..<rounds {
    for index in 0..<count { emit(index, logger) }
    guard processor.forceFlushBlocking(within: .seconds(30)).isDelivered else { fatalError("not delivered") }
  }
  _ = processor.shutdownBlocking(within: .seconds(5))
  report("exported", processor.ledger.exported)
}

switch arguments.text() {
case "queue":
  let mode = arguments.text()
  guard ["record", "span", "collection", "disabled"].contains(mode) else { arguments.stop() }
  try measureQueue(mode, arguments.number())
case "pipeline": try measurePipeline(arguments.number(), arguments.number(), arguments.number())
default: arguments.stop()
}
