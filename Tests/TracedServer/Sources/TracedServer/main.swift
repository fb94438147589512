import Glibc
import Hummingbird
import Logging
import SwiftOTLP
import TelemetryLifecycle
import TelemetryLogging
import TelemetryTracing
import Tracing

// A server that is traced by the middleware of its framework. `check.py` starts it, sends requests, and reads what a Collector
// received.

/// An error of a handler; the server answers with 500.
struct OutOfStock: Error, CustomStringConvertible {
  let description = "out of stock"
}

LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: TraceMetadata().provider)
let logger = Logger(label: "traced-server")

var configuration = Telemetry.Configuration()
configuration.serviceName = "traced-server"
configuration.diagnostics = Diagnostics(logger)
let telemetry = try Telemetry(configuration)
InstrumentationSystem.bootstrap(telemetry.distributedTracer)
let tracer = telemetry.tracer("traced-server.users")

let router = Router()
router.middlewares.add(TracingMiddleware())
router.get("users/{id}") { request, context in
  let id = try context.parameters.require("id")
  // By swift-distributed-tracing, as libraries do.
  return await withSpan("load user") { span in
    span.attributes["user.id"] = id
    logger.info("loading")
    // By this package's own API, within the span of the other one.
    return await tracer.withSpan("SELECT users", kind: .client, attributes: ["db.system.name": "postgresql"]) { _ in
      var headers: [String: String] = [:]
      telemetry.propagator.inject(into: &headers)
      async let name = withSpan("decode") { _ in "user \(id)" }
      return await "\(name) \(headers["traceparent"] ?? "")"
    }
  }
}
router.get("orders/{id}") { request, context in
  try withSpan("reserve stock") { span -> String in
    span.addEvent("asked the warehouse")
    throw OutOfStock()
  }
}

let application = Application(
  router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), services: [telemetry],
  onServerRunning: { channel in
    print("port \(channel.localAddress?.port ?? 0)")
    fflush(nil)
  }, logger: logger)
try await application.runService()
print("ended \(telemetry.ledger)")
