import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct LoggerProviderTests {
  @Test func theSameScopeHasTheSameLogger() throws {
    let log = DiagnosticLog()
    let processor = CollectingLogRecordProcessor()
    let provider = try LoggerProvider(processor, diagnostics: log.diagnostics)
    let logger = provider.logger("a", version: "1", schemaURL: "s", attributes: ["k": 1])
    #expect(logger === provider.logger("a", version: "1", schemaURL: "s", attributes: ["k": 1]))
    #expect(logger !== provider.logger("a", version: "2") && logger.resource == provider.resource)
    #expect(logger.scope == InstrumentationScope(name: "a", version: "1", attributes: ["k": 1], schemaURL: "s"))
    #expect(log.all.isEmpty)
    provider.logger("").emit(.info, "works")
    #expect(log.messages == ["a logger was asked for without a name"] && processor.records.count == 1)
  }

  @Test("the closure that configures a logger may ask for another one")
  func configurationAsksForALogger() throws {
    let processor = CollectingLogRecordProcessor()
    let made = Locked<LoggerProvider?>(nil)
    let provider = try LoggerProvider(
      resource: .empty, processors: [processor],
      configuration: { scope in
        if scope.name == "a" { made.withLock { $0 }?.logger("inner").emit(.info, "made") }
        return .init()
      })
    made.withLock { $0 = provider }
    let logger = provider.logger("a")
    #expect(processor.records.map(\.scope.name) == ["inner"])
    #expect(provider.logger("a") === logger)
    made.withLock { $0 = nil }
  }

  @Test("processors see a record in order, each with the changes of those before (4.14.2)")
  func order() async throws {
    let exporter = InMemoryLogRecordExporter()
    let first = CollectingLogRecordProcessor {
      $0.attributes["first"] = true
      $0.body = "changed"
    }
    let last = CollectingLogRecordProcessor {
      #expect($0.attributes["first"] == true)
      $0.severity = .fatal
      $0.attributes["last"] = true
    }
    let batching = try BatchLogRecordProcessor(exporter: exporter)
    let provider = try LoggerProvider(first, batching, last)
    provider.logger("a").emit(.info, "body", attributes: ["own": 1])
    let report = await provider.shutdown(within: .seconds(60))
    #expect(report.isDelivered && report.ledger.exported == 1 && report.ledger.isBalanced)
    #expect(exporter.items.map(\.attributes) == [["own": 1, "first": true]])
    #expect(exporter.items[0].body == "changed" && exporter.items[0].severity == .info)
    #expect(last.records[0].attributes == ["own": 1, "first": true, "last": true])
    #expect([first, last].allSatisfy { $0.shutdowns == 1 && $0.flushes == 0 })
  }

  @Test("what a processor adds beyond the limit is discarded before the next one")
  func limited() throws {
    let adding = CollectingLogRecordProcessor { $0.attributes["added"] = "text" }
    let last = CollectingLogRecordProcessor()
    let provider = try LoggerProvider(adding, last, limits: { $0.attributeCountLimit = 1 })
    provider.logger("a").emit(.info, "body", attributes: ["own": 1, "second": 2])
    #expect(last.records[0].attributes == ["own": 1] && last.records[0].droppedAttributesCount == 2)
  }

  @Test("a batch processor alone takes the bytes of every form: equal to those of a record")
  func bytes() async throws {
    let exporter = InMemoryLogRecordExporter()
    let provider = try LoggerProvider(BatchLogRecordProcessor(exporter: exporter))
    let logger = provider.logger("a")
    let attributes: Attributes = [
      "text": .string(String(repeating: "y", count: 200)), "int": -5, "double": 0.25, "bool": false,
      "bytes": .bytes([1]), "list": [1, "two", .map(["k": .empty])], "empty": .empty,
    ]
    for length in [0, 1, 100, 125, 126, 127, 128, 900, 20_000] {
      let body = String(repeating: "b", count: length)
      logger.emit(.info, body, attributes: attributes, eventName: body)
      logger.emit(.info, body, eventName: body) { builder in
        for attribute in attributes { builder.set(attribute.key, attribute.value) }
      }
    }
    let report = await provider.shutdown(within: .seconds(60))
    #expect(report.ledger.exported == 18 && report.ledger.isBalanced)
    let items = exporter.items
    for pair in stride(from: 0, to: items.count, by: 2) {
      var (record, built) = (items[pair], items[pair + 1])
      built.observedTimeUnixNano = record.observedTimeUnixNano
      #expect(built == record)
      #expect(record.attributes == attributes)
      record.resource = .empty
      // The closure writes the fields in the order of their numbers, so the sizes are equal too.
      #expect(built.encodedSize == items[pair].encodedSize)
    }
  }

  @Test("flush and shutdown reach every processor; records after the end are named once")
  func end() async throws {
    let log = DiagnosticLog()
    let (exporter, own) = (InMemoryLogRecordExporter(), CollectingLogRecordProcessor())
    let provider = try LoggerProvider(
      BatchLogRecordProcessor(exporter: exporter, diagnostics: log.diagnostics), own,
      SimpleLogRecordProcessor(exporter: exporter, diagnostics: log.diagnostics), diagnostics: log.diagnostics)
    let logger = provider.logger("a")
    logger.emit(.info, "one")
    let flush = await provider.forceFlush(within: .seconds(60))
    #expect(flush.isDelivered && flush.ledger.exported == 2 && own.flushes == 1 && logger.isEnabled())
    let report = await provider.shutdown(within: .seconds(60))
    #expect(report.isDelivered && report.ledger.exported == 2 && report.ledger.isBalanced && own.shutdowns == 1)
    #expect(!logger.isEnabled() && log.all.isEmpty)
    logger.emit(.info, "late")
    logger.emit(.info, "late") { _ in Issue.record("called") }
    #expect(log.messages == ["log records that are emitted after shutdown are dropped"])
    #expect(exporter.items.count == 2 && own.records.count == 1)
    #expect(await provider.shutdown(within: .seconds(60)).ledger.exported == 2)
  }

  @Test func theBlockingFormsReachEveryProcessor() async throws {
    let (exporter, own) = (InMemoryLogRecordExporter(), CollectingLogRecordProcessor())
    let provider = try LoggerProvider(BatchLogRecordProcessor(exporter: exporter), own)
    provider.logger("a").emit(.info, "one")
    let reports = Promise<[FlushReport]>()
    try ThreadSystem.start(name: "blocking", stackSize: 1 << 18) {
      reports.fulfil([
        provider.forceFlushBlocking(within: .seconds(60)), provider.shutdownBlocking(within: .seconds(60)),
      ])
    }
    let both = await reports.value
    #expect(both.allSatisfy { $0.isDelivered && $0.ledger.exported == 1 })
    #expect(own.flushes == 1 && own.shutdowns == 1 && !provider.logger("a").isEnabled())
  }

  @Test("eight threads emit: every record is exported once, or counted")
  func threads() async throws {
    let exporter = InMemoryLogRecordExporter()
    let processor = try BatchLogRecordProcessor(
      exporter: exporter, configuration: BatchConfiguration { $0.overflow = .block(upTo: .seconds(60)) })
    let provider = try LoggerProvider(processor)
    await onThreads(8) { thread in
      let logger = provider.logger("thread \(thread % 3)")
      for number in 0..<1000 {
        if number % 2 == 0 {
          logger.emit(.info, "a", attributes: ["id": .int(Int64(thread * 1000 + number))])
        } else {
          logger.emit(.info, "b") { $0.set("id", thread * 1000 + number) }
        }
      }
    }
    let report = await provider.shutdown(within: .seconds(60))
    #expect(report.ledger.ended == 8000 && report.ledger.exported == 8000 && report.ledger.isBalanced)
    let ids = exporter.items.compactMap { $0.attributes["id"] as Int? }
    #expect(ids.count == 8000 && Set(ids) == Set(0..<8000))
    #expect(provider.selfMetrics["otel.sdk.log.created"]?.points.map(\.value) == [.sum(8000)])
  }

  @Test("a batch of log records waits for 1 s, and reads its own variables (4.14.1)")
  func configuration() throws {
    let standard = BatchConfiguration(signal: .logs)
    #expect(standard.scheduleDelay == .seconds(1) && standard.exportTimeout == .seconds(30))
    #expect(standard.maxQueueSize == 2048 && standard.maxExportBatchSize == 512)
    var read = standard
    read.apply(environment: [
      "OTEL_BLRP_SCHEDULE_DELAY": "7", "OTEL_BLRP_EXPORT_TIMEOUT": "8", "OTEL_BLRP_MAX_QUEUE_SIZE": "90",
      "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "10", "OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_BSP_MAX_QUEUE_SIZE": "2",
    ])
    #expect(read.scheduleDelay == .milliseconds(7) && read.exportTimeout == .milliseconds(8))
    #expect(read.maxQueueSize == 90 && read.maxExportBatchSize == 10)
    var spans = BatchConfiguration()
    spans.apply(environment: ["OTEL_BLRP_SCHEDULE_DELAY": "7"])
    #expect(spans == BatchConfiguration())
    let log = DiagnosticLog()
    var bad = standard
    bad.apply(environment: ["OTEL_BLRP_SCHEDULE_DELAY": "-1"], diagnostics: log.diagnostics)
    #expect(bad == standard && log.all.count == 1 && log.all[0].description.contains("OTEL_BLRP_SCHEDULE_DELAY"))
  }

  @Test("a processor of log records has their default delay, unless another one was set")
  func delay() throws {
    let exporter = InMemoryLogRecordExporter()
    func delay(_ configuration: BatchConfiguration) throws -> Duration {
      try BatchLogRecordProcessor(exporter: exporter, configuration: configuration).driver.configuration.scheduleDelay
    }
    #expect(try delay(BatchConfiguration()) == .seconds(1))
    #expect(try delay(BatchConfiguration { $0.scheduleDelay = .seconds(5) }) == .seconds(5))
    #expect(try BatchLogRecordProcessor(exporter: exporter).driver.configuration.scheduleDelay == .seconds(1))
    #expect(
      try BatchSpanProcessor(exporter: InMemorySpanExporter()).driver.configuration.scheduleDelay == .seconds(5))
  }

  @Test func aProcessorsMetricsAreNamedForLogs() throws {
    let processor = try SimpleLogRecordProcessor(exporter: InMemoryLogRecordExporter())
    let metrics = processor.selfMetrics
    #expect(metrics["otel.sdk.processor.log.queue.size"]?.unit == "{log_record}")
    let type = metrics["otel.sdk.processor.log.processed"]?.points[0].attributes["otel.component.type"]
    #expect(type as AttributeValue? == "simple_log_processor")
  }
}
