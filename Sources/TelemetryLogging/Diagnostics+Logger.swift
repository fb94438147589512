#if Logging
  public import Logging
  public import TelemetryCore
  internal import TelemetrySDK

  extension Diagnostics {
    /// Passes telemetry's messages about itself to a logger, whose level decides which of them it takes. The fields become
    /// metadata. Messages of components that may repeat them have a rate limit already.
    ///
    /// The logger is called on telemetry's threads, so its handler must not do slow work. Spans that the handler starts aren't
    /// recorded: otherwise a handler that sends over a traced connection would report the failures of its own telemetry.
    /// - Parameter logger: The logger; its copy is used, so a later change of its level has no effect here.
    public init(_ logger: Logger) {
      self.init { event in
        TraceContext.withRecordingSuppressed {
          logger.log(
            level: Logger.Level(event.level), "\(event.message)",
            metadata: event.fields.isEmpty
              ? nil : Logger.Metadata(event.fields.map { ($0.name, .string($0.value)) }) { _, last in last },
            source: "swift-otlp")
        }
      }
    }
  }

  extension Logger.Level {
    init(_ level: DiagnosticEvent.Level) {
      switch level {
      case .debug: self = .debug
      case .info: self = .info
      case .warning: self = .warning
      case .error: self = .error
      @unknown default: self = .error
      }
    }
  }
#endif
