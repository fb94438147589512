#if Logging
  import Logging
  import TelemetryCore
  import TelemetryLogging
  import TelemetrySDK
  import TestThreads
  import Testing

  @Suite(.ownThreads) struct DiagnosticsLoggerTests {
    private let lines = LineLog()

    private func logger(_ level: Logger.Level) -> Logger { Logger(label: "app") { _ in lines.handler(level: level) } }

    @Test func messagesBecomeLinesWithTheirLevelAndFields() {
      let diagnostics = Diagnostics(logger(.trace))
      let levels: [(DiagnosticEvent.Level, Logger.Level)] = [
        (.debug, .debug), (.info, .info), (.warning, .warning), (.error, .error),
      ]
      for (ours, theirs) in levels {
        diagnostics.emit(ours, "spans were lost", [("count", "3"), ("reason", "queueFull"), ("count", "4")])
        #expect(
          lines.all.last
            == LineLog.Line(
              level: theirs, message: "spans were lost", metadata: ["count": "4", "reason": "queueFull"],
              source: "swift-otlp"))
      }
      diagnostics.emit(.info, "no fields")
      #expect(lines.all.last?.metadata.isEmpty == true && lines.all.count == 5)
    }

    @Test func theLoggersLevelDecides() {
      let diagnostics = Diagnostics(logger(.warning))
      diagnostics.emit(.info, "quiet")
      diagnostics.emit(.warning, "loud")
      #expect(lines.all.map(\.message) == ["loud"])
    }

    @Test func aPipelineReportsToTheLogger() throws {
      let provider = try TracerProvider(resource: Resource(), processors: [], diagnostics: Diagnostics(logger(.info)))
      _ = provider.tracer("")
      #expect(lines.all.map(\.message) == ["a tracer was asked for without a name"])
    }

    @Test("spans that a log handler starts aren't recorded (4.8.9)")
    func suppressed() throws {
      struct Tracing: LogHandler {
        let tracer: TelemetryTracer
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
          get { metadata[key] }
          set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { tracer.withSpan("send a line") { #expect(!$0.isRecording) } }
      }
      let exporter = InMemorySpanExporter()
      let provider = try TracerProvider(
        resource: Resource(), processors: [SimpleSpanProcessor(exporter: exporter)], diagnostics: .silent)
      let tracer = provider.tracer("a")
      #expect(tracer.startSpan("recorded").isRecording)
      Diagnostics(Logger(label: "app") { _ in Tracing(tracer: tracer) }).emit(.error, "a failure")
    }
  }
#endif
