import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryLoggerTests {
  private let processor = CollectingLogRecordProcessor()
  private let span = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: [.sampled, .random])

  private func logger(_ change: @escaping @Sendable (inout TelemetryLogger.Configuration) -> Void = { _ in }) throws
    -> TelemetryLogger
  {
    let provider = try LoggerProvider(
      processor,
      configuration: { _ in
        var configuration = TelemetryLogger.Configuration()
        change(&configuration)
        return configuration
      })
    return provider.logger("scope", version: "1")
  }

  @Test("every form gives the same record")
  func forms() throws {
    let logger = try logger()
    TraceContext(span).makeCurrent {
      logger.emit(
        .warn2, "body", attributes: ["a": 1, "b": "text"], severityText: "notice", eventName: "event", at: 5)
      logger.emit(
        .warn2, .string("body"), attributes: ["a": 1, "b": "text"], severityText: "notice", eventName: "event", at: 5)
      logger.emit(.warn2, "body", severityText: "notice", eventName: "event", at: 5) {
        $0.set("a", 1)
        $0.set("b", "text")
      }
      logger.emit(
        LogRecord(
          timeUnixNano: 5, severity: .warn2, severityText: "notice", body: "body", attributes: ["a": 1, "b": "text"],
          eventName: "event", resource: Resource(["other": 1]), scope: InstrumentationScope(name: "other")))
    }
    var records = processor.records
    for index in records.indices {
      #expect(records[index].observedTimeUnixNano > 1_700_000_000_000_000_000)
      records[index].observedTimeUnixNano = 9
    }
    let expected = LogRecord(
      timeUnixNano: 5, observedTimeUnixNano: 9, severity: .warn2, severityText: "notice", body: "body",
      attributes: ["a": 1, "b": "text"], flags: 3, traceID: TraceID(high: 1, low: 2), spanID: SpanID(3),
      eventName: "event", resource: Resource(["service.name": "test"]),
      scope: InstrumentationScope(name: "scope", version: "1"))
    #expect(records == Array(repeating: expected, count: 4))
    #expect(processor.contexts.allSatisfy { $0.spanContext == span })
  }

  @Test("observed time and ids are those given, else the present and the context's (4.14.4)")
  func defaults() throws {
    let logger = try logger()
    logger.emit(.info, "no span")
    logger.emit(.info, "explicit", context: TraceContext(span))
    TraceContext(span).makeCurrent {
      logger.emit(LogRecord(observedTimeUnixNano: 7, flags: 2, traceID: TraceID(high: 8, low: 9), spanID: SpanID(10)))
      logger.emit(LogRecord(flags: 2, traceID: TraceID(high: 8, low: 9)))
      logger.emit(.info, "root", context: TraceContext())
    }
    let records = processor.records
    #expect(records[0].traceID == .invalid && records[0].spanID == .invalid && records[0].timeUnixNano == 0)
    #expect(records[1].traceID == span.traceID && records[1].spanID == span.spanID && records[1].flags == 3)
    #expect(records[2].observedTimeUnixNano == 7 && records[2].traceID == TraceID(high: 8, low: 9))
    #expect(records[2].spanID == SpanID(10) && records[2].flags == 2 && records[2].body == nil)
    #expect(records[3].traceID == TraceID(high: 8, low: 9) && records[3].spanID == .invalid)
    #expect(records[4].traceID == .invalid)
  }

  @Test("an error becomes attributes, and the user's win (4.14.8)", arguments: [false, true])
  func errors(byClosure: Bool) throws {
    struct Failure: StackTraced, CustomStringConvertible {
      let description = "it failed"
      let stackTrace = "main.swift:1"
    }
    let logger = try logger()
    if byClosure {
      logger.emit(.error, "failed", error: Failure()) { $0.set("exception.message", "mine") }
    } else {
      logger.emit(.error, "failed", attributes: ["exception.message": "mine"], error: Failure())
    }
    logger.emit(.error, "failed", error: CancellationError())
    let records = processor.records
    #expect(records[0].attributes.count == 3 && records[0].attributes["exception.message"] == "mine")
    #expect(records[0].attributes["exception.stacktrace"] == "main.swift:1")
    let type: String? = records[0].attributes["exception.type"]
    #expect(type?.hasSuffix("Failure") == true)
    #expect(records[1].attributes["exception.type"] == "Swift.CancellationError" && records[1].attributes.count == 2)
  }

  @Test("the minimum severity drops lower ones, and no record without one (4.14.6)")
  func minimumSeverity() throws {
    let logger = try logger { $0.minimumSeverity = .warn }
    #expect(!logger.isEnabled(severity: .info4) && logger.isEnabled(severity: .warn) && logger.isEnabled())
    for severity in LogRecord.Severity.allCases { logger.emit(severity, "\(severity)") }
    logger.emit(.info, "a closure that isn't called") { _ in Issue.record("called") }
    let severities = processor.records.map(\.severity)
    #expect(severities == [.unspecified] + LogRecord.Severity.allCases.filter { $0 >= .warn })
    #expect(logger.provider.selfMetrics.description == "otel.sdk.log.created{} 13")
  }

  @Test("a trace-based logger drops the records of spans that aren't sampled (4.14.6)")
  func traceBased() throws {
    let logger = try logger { $0.isTraceBased = true }
    let unsampled = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3))
    #expect(logger.isEnabled() && logger.isEnabled(context: TraceContext(span)))
    #expect(!logger.isEnabled(context: TraceContext(unsampled)))
    logger.emit(.info, "kept")
    logger.emit(.info, "kept", context: TraceContext(span))
    logger.emit(.info, "dropped", context: TraceContext(unsampled))
    logger.emit(LogRecord(body: "dropped", traceID: TraceID(high: 1, low: 1), spanID: SpanID(1)))
    logger.emit(LogRecord(body: "kept", flags: 1, traceID: TraceID(high: 1, low: 1), spanID: SpanID(1)))
    #expect(processor.records.map(\.body) == ["kept", "kept", "kept"])
  }

  @Test func aLoggerCanBeTurnedOffByItsScope() throws {
    let provider = try LoggerProvider(
      processor,
      configuration: { scope in
        var configuration = TelemetryLogger.Configuration()
        configuration.isEnabled = scope.name != "noisy"
        return configuration
      })
    #expect(!provider.logger("noisy").isEnabled() && provider.logger("other").isEnabled())
    provider.logger("noisy").emit(.fatal, "dropped")
    provider.logger("other").emit(.trace, "kept")
    #expect(processor.records.map(\.scope.name) == ["other"])
    #expect(provider.logger("noisy").configuration.isEnabled == false)
  }

  @Test("a logger isn't enabled without processors, or if none has a use for the record (4.14.3)")
  func enabled() throws {
    #expect(try !LoggerProvider().logger("a").isEnabled())
    let (no, yes) = (CollectingLogRecordProcessor(isEnabled: false), CollectingLogRecordProcessor())
    #expect(try !LoggerProvider(no).logger("a").isEnabled(severity: .info, eventName: "e", context: TraceContext(span)))
    #expect(no.asked == ["info e a 0000000000000003"])
    #expect(try LoggerProvider(no, yes).logger("a").isEnabled())
    // A record is emitted whatever the answer.
    try LoggerProvider(no).logger("a").emit(.info, "body")
    #expect(no.records.count == 1)
    let batching = try BatchLogRecordProcessor(exporter: InMemoryLogRecordExporter())
    #expect(try LoggerProvider(batching).logger("a").isEnabled())
  }

  @Test("within an export nothing is emitted (4.8.9)")
  func suppressed() throws {
    let logger = try logger()
    TraceContext.withRecordingSuppressed {
      #expect(!logger.isEnabled())
      logger.emit(.error, "dropped")
      logger.emit(.error, "dropped") { _ in Issue.record("called") }
    }
    #expect(processor.records.isEmpty)
  }

  @Test func aClosureThatThrowsEmitsNothing() throws {
    let logger = try logger()
    #expect(throws: CancellationError.self) {
      try logger.emit(.info, "body") { attributes in
        attributes.set("a", String(repeating: "x", count: 5000))
        throw CancellationError()
      }
    }
    #expect(processor.records.isEmpty)
  }

  @Test("a closure may emit in its turn")
  func reentrant() throws {
    let logger = try logger()
    logger.emit(.info, "outer") { attributes in
      logger.emit(.info, "inner") { $0.set("k", "inner") }
      attributes.set("k", "outer")
    }
    #expect(processor.records.map(\.body) == ["inner", "outer"])
    #expect(processor.records.map { $0.attributes["k"] as AttributeValue? } == ["inner", "outer"])
  }

  @Test("attributes that are exchanged with another record's stop the program")
  func exchanged() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let logger = try LoggerProvider(CollectingLogRecordProcessor()).logger("a")
      logger.emit(.info, "outer") { first in
        logger.emit(.info, "inner") { swap(&first, &$0) }
      }
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("attributes were exchanged"), "\(message)")
  }
}
