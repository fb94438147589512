#if !Logging
  public import TelemetryCore

  /// The active span in log lines. It is in the package's trait `Logging`.
  @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"Logging\"])")
  public struct TraceMetadata {}

  /// Log records from swift-log. It is in the package's trait `Logging`.
  @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"Logging\"])")
  public struct TelemetryLogHandler {}

  extension Diagnostics {
    /// Passes telemetry's messages about itself to a logger. It is in the package's trait `Logging`.
    @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"Logging\"])")
    public init<Logger>(_ logger: Logger) { self = .silent }
  }
#endif
