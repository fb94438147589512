#if Logging
  import Logging
  import TelemetryCore
  import TelemetryLogging
  import TelemetrySDK
  import TestThreads
  import Testing

  @Suite(.ownThreads) struct TelemetryLogHandlerTests {
    private let exporter = InMemoryLogRecordExporter()
    private let provider: LoggerProvider

    init() throws {
      provider = try LoggerProvider(
        resource: Resource(["service.name": "test"]), processors: [BatchLogRecordProcessor(exporter: exporter)],
        diagnostics: .silent)
    }

    private func logger(_ metadataProvider: Logger.MetadataProvider? = nil) -> Logger {
      var logger = Logger(label: "app") { label in
        TelemetryLogHandler(label: label, provider: provider, metadataProvider: metadataProvider)
      }
      logger.logLevel = .trace
      return logger
    }

    /// Ends the provider, and gives what was exported.
    private func records() async -> [LogRecord] {
      let report = await provider.shutdown(within: .seconds(60))
      #expect(report.isDelivered && report.ledger.isBalanced && report.ledger.exported == exporter.items.count)
      return exporter.items
    }

    /// The attributes that aren't of the source code.
    private func metadata(_ record: LogRecord) -> [String: AttributeValue] {
      let pairs = record.attributes.filter { !$0.key.hasPrefix("code.") }.map { ($0.key, $0.value) }
      return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("a line becomes a record with the label, the message and the place in the source")
    func line() async throws {
      let line = UInt(#line + 1)
      logger().notice("a \("message")")
      let record = try #require(await records().first)
      #expect(record.body == "a message" && record.severityText == "notice" && record.severity == .info2)
      #expect(record.scope.name == "app" && record.resource == provider.resource && record.eventName == "")
      #expect(record.timeUnixNano > 1_700_000_000_000_000_000 && record.observedTimeUnixNano >= record.timeUnixNano)
      #expect(record.attributes["code.file.path"] == "TelemetryLoggingTests/TelemetryLogHandlerTests.swift")
      #expect(record.attributes["code.function.name"] == "TelemetryLoggingTests.line()")
      #expect(record.attributes["code.line.number"] == .int(Int64(line)) && record.attributes.count == 3)
    }

    @Test("each level has its severity (4.14.7)")
    func levels() async {
      let logger = logger()
      for level in Logger.Level.allCases { logger.log(level: level, "x") }
      let records = await records()
      #expect(records.map(\.severityText) == Logger.Level.allCases.map(\.rawValue))
      #expect(records.map(\.severity) == [.trace, .debug, .info, .info2, .warn, .error, .fatal])
    }

    @Test("metadata of every kind keep their kind")
    func kinds() async throws {
      struct Name: CustomStringConvertible { let description = "a name" }
      logger().info(
        "x",
        metadata: [
          "string": "text", "int": .stringConvertible(-3), "uint8": .stringConvertible(UInt8(200)),
          "large": .stringConvertible(UInt64.max), "double": .stringConvertible(0.5),
          "float": .stringConvertible(Float(2)),
          "bool": .stringConvertible(true), "other": .stringConvertible(Name()),
          "array": ["a", .stringConvertible(1), ["b"]], "map": ["k": ["l": .stringConvertible(false)], "m": "n"],
          "empty": [:], "none": [],
        ])
      let record = try #require(await records().first)
      var found = metadata(record)
      var map = Attributes()
      if case .map(let value)? = found.removeValue(forKey: "map") { map = value }
      #expect(map.count == 2 && map["k"] == .map(["l": false]) && map["m"] == "n")
      #expect(
        found == [
          "string": "text", "int": -3, "uint8": 200, "large": "18446744073709551615", "double": 0.5, "float": 2.0,
          "bool": true, "other": "a name", "array": ["a", 1, ["b"]], "empty": .map([:]), "none": .array([]),
        ])
    }

    @Test("metadata that are nested deeper than a record can hold are cut")
    func depth() async throws {
      var value: Logger.MetadataValue = "core"
      for _ in 0..<1000 { value = .array([value]) }
      logger().info("x", metadata: ["deep": value])
      let record = try #require(await records().first)
      var (depth, rest) = (0, record.attributes["deep"] as AttributeValue?)
      while case .array(let list)? = rest {
        rest = list.first
        depth += 1
      }
      #expect(depth == 30 && rest == .empty)
    }

    @Test("the line's metadata win over the provider's, and these over the handler's")
    func order() async throws {
      var logger = logger(Logger.MetadataProvider { ["b": "provider", "c": "provider", "d": "provider"] })
      logger[metadataKey: "a"] = "handler"
      logger[metadataKey: "b"] = "handler"
      logger[metadataKey: "c"] = "handler"
      #expect(logger[metadataKey: "a"] == "handler" && logger.handler.metadata.count == 3)
      logger.info("x", metadata: ["c": "line", "code.line.number": "mine"])
      let record = try #require(await records().first)
      #expect(metadata(record) == ["a": "handler", "b": "provider", "c": "line", "d": "provider"])
      #expect(record.attributes["code.line.number"] == "mine")
    }

    @Test func aCopyIsAValue() async {
      let original = logger()
      var copy = original
      copy.logLevel = .error
      copy[metadataKey: "k"] = "v"
      original.info("kept")
      copy.info("dropped")
      copy.error("kept")
      #expect(original.logLevel == .trace && original[metadataKey: "k"] == nil)
      #expect(TelemetryLogHandler(label: "a", provider: provider).logLevel == .info)
      #expect(await records().map(\.body) == ["kept", "kept"])
    }

    @Test("an error has its attributes, and metadata win (4.14.8)")
    func errors() async throws {
      struct Failure: Error, CustomStringConvertible { let description = "it failed" }
      logger().error("x", error: Failure())
      logger().error("x", error: Failure(), metadata: ["exception.message": "mine"])
      let records = await records()
      #expect(records.map { $0.attributes["exception.message"] as AttributeValue? } == ["it failed", "mine"])
      let type: String? = records[0].attributes["exception.type"]
      #expect(type?.hasSuffix("Failure") == true)
    }

    @Test("a record belongs to the active span (4.14.4)")
    func correlation() async throws {
      let tracer = try TracerProvider(
        resource: Resource(), processors: [SimpleSpanProcessor(exporter: InMemorySpanExporter())], diagnostics: .silent
      ).tracer("a")
      let context = tracer.withSpan("a") { span in
        logger().info("inside")
        return span.context
      }
      logger().info("outside")
      let records = await records()
      #expect(records[0].traceID == context.traceID && records[0].spanID == context.spanID)
      #expect(records[0].flags == UInt32(context.flags.rawValue) && records[1].traceID == .invalid)
    }

    @Test("the source is the module, unless the caller names another one")
    func source() async {
      logger().log(level: .info, "x", source: "custom", file: "f", function: "g()", line: 7)
      logger().log(level: .info, "x", source: "", file: "f", function: "g()", line: 7)
      let records = await records()
      let functions = records.map { $0.attributes["code.function.name"] as AttributeValue? }
      #expect(functions == ["custom.g()", "g()"])
      #expect(records.allSatisfy { $0.attributes["code.file.path"] == "f" && $0.attributes["code.line.number"] == 7 })
    }

    @Test("telemetry's own messages make no records: a failure to export doesn't export itself")
    func ownMessages() async throws {
      struct Failing: LogRecordExporter {
        let logger: Logger
        let calls: Counter

        func export(_ batch: LogRecordBatch, deadline: Deadline) async -> ExportOutcome {
          calls.increment()
          logger.error("a client of the exporter failed")
          return .failure(CancellationError())
        }
      }
      let calls = Counter()
      let proxy = Logger(label: "proxy") { TelemetryLogHandler(label: $0, provider: provider) }
      let processor = try SimpleLogRecordProcessor(
        exporter: Failing(logger: proxy, calls: calls), diagnostics: Diagnostics(proxy))
      let failing = try LoggerProvider(resource: Resource(), processors: [processor], diagnostics: Diagnostics(proxy))
      Logger(label: "app") { TelemetryLogHandler(label: $0, provider: failing) }.error("once")
      let report = await failing.shutdown(within: .seconds(60))
      #expect(report.isComplete && report.lost == 1 && report.ledger.isBalanced && calls.value == 1)
      Diagnostics(proxy).emit(.error, "a message of telemetry")
      #expect(await records().isEmpty)
    }
  }
#endif
