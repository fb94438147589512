import SwiftOTLP
import TestThreads
import Testing

// The code of the page "Logs", with tests that use it.

private func made(_ exporter: InMemoryLogRecordExporter) throws -> (LoggerProvider, TelemetryLogger) {
  let processor = try BatchLogRecordProcessor(exporter: exporter)
  let provider = try LoggerProvider(resource: Resource(["service.name": "checkout"]), processors: [processor])
  let logger = provider.logger("checkout.payment", version: "1.4.0")
  return (provider, logger)
}

private struct Cart {
  func dump() -> String { "empty" }
}

private func emitAll(_ logger: TelemetryLogger, _ method: String, _ error: any Error, _ cart: Cart) {
  logger.emit(.info, "payment accepted", attributes: ["payment.method": .string(method), "payment.amount": 1999])
  logger.emit(.info, "payment accepted") { attributes in
    attributes.set("payment.method", method)
    attributes.set("payment.amount", 1999)
  }
  logger.emit(.error, "payment refused", eventName: "payment.refused", error: error)
  logger.emit(.info, .map(["cart": ["apple", "pear"], "total": 1999]))
  if logger.isEnabled(severity: .debug) {
    logger.emit(.debug, cart.dump())
  }
}

private func configured(_ resource: Resource, _ processor: any LogRecordProcessor) throws -> LoggerProvider {
  let provider = try LoggerProvider(resource: resource, processors: [processor]) { scope in
    var configuration = TelemetryLogger.Configuration()
    configuration.minimumSeverity = scope.name.hasPrefix("checkout") ? .debug : .warn
    configuration.isTraceBased = true
    return configuration
  }
  return provider
}

struct Redaction: LogRecordProcessor {
  let secrets: Set<String>

  func onEmit(_ record: inout LogRecord, context: TraceContext) {
    for key in secrets where record.attributes[key] as AttributeValue? != nil { record.attributes[key] = "[REDACTED]" }
    if let tenant = context.baggage["tenant"] { record.attributes["tenant"] = tenant }
  }
}

@Suite(.ownThreads) struct LogsGuideTests {
  @Test("the records of the page are exported")
  func records() async throws {
    let exporter = InMemoryLogRecordExporter()
    let (provider, logger) = try made(exporter)
    emitAll(logger, "card", CancellationError(), Cart())
    let report = await provider.shutdown(within: .seconds(60))
    #expect(report.isDelivered && report.ledger.exported == 5 && report.ledger.isBalanced)
    let items = exporter.items
    #expect(items[0].attributes == items[1].attributes && items[0].attributes["payment.amount"] == 1999)
    #expect(items[2].eventName == "payment.refused" && items[2].attributes["exception.type"] != nil as AttributeValue?)
    #expect(items[3].body == .map(["cart": ["apple", "pear"], "total": 1999]) && items[4].body == "empty")
  }

  @Test func thePagesConfigurationDecidesByScope() throws {
    let provider = try configured(Resource.empty, SimpleLogRecordProcessor(exporter: InMemoryLogRecordExporter()))
    #expect(provider.logger("checkout.cart").isEnabled(severity: .debug))
    #expect(!provider.logger("other").isEnabled(severity: .info) && provider.logger("other").isEnabled(severity: .warn))
  }

  @Test func thePagesProcessorRedacts() async throws {
    let exporter = InMemoryLogRecordExporter()
    let provider = try LoggerProvider(
      resource: .empty, processors: [Redaction(secrets: ["card"]), BatchLogRecordProcessor(exporter: exporter)])
    TraceContext(.invalid, baggage: ["tenant": "7"]).makeCurrent {
      provider.logger("a").emit(.info, "paid", attributes: ["card": "4111", "amount": 1])
    }
    let report = await provider.shutdown(within: .seconds(60))
    #expect(report.isDelivered && report.ledger.isBalanced)
    #expect(exporter.items.map(\.attributes) == [["card": "[REDACTED]", "amount": 1, "tenant": "7"]])
  }
}
