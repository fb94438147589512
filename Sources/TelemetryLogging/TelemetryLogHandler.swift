#if Logging
  public import Logging
  internal import TelemetryCore
  public import TelemetrySDK

  /// Makes log records of the lines of swift-log's loggers.
  ///
  /// ```swift
  /// LoggingSystem.bootstrap(
  ///   { TelemetryLogHandler(label: $0, provider: telemetry.loggerProvider, metadataProvider: $1) }, metadataProvider: nil)
  /// ```
  ///
  /// A line becomes a record with the scope of the logger's label, the message as body, the level as severity (`notice` is
  /// `INFO2`, `critical` is `FATAL`; RULES 4.14.7), the metadata as attributes of their own kind, and file, function and line as
  /// `code.file.path`, `code.function.name` (with the source in front) and `code.line.number`. An error has `exception.*`. Metadata
  /// of the same name win: those of the line over those of the metadata provider, and these over the handler's own. The record
  /// belongs to the active span, so `TraceMetadata` isn't needed.
  ///
  /// A value, as swift-log demands: changes of a copy don't affect others. Thread-safe, never blocks. Telemetry's own messages
  /// (`Diagnostics(logger)`), and lines of an exporter within an export, make no records: otherwise a failure to export would
  /// export itself.
  public struct TelemetryLogHandler: LogHandler {
    /// The metadata of every line; none by default.
    public var metadata: Logger.Metadata = [:]
    /// Gives further metadata of each line; nil for none.
    public var metadataProvider: Logger.MetadataProvider?
    /// The least level of a line; default `info`. The provider's configuration of the logger may ask for more.
    public var logLevel = Logger.Level.info

    private let logger: TelemetryLogger

    /// Makes a handler.
    /// - Parameters:
    ///   - label: The logger's label, which becomes the name of the scope.
    ///   - provider: Takes the records. The handler keeps the provider alive, and doesn't shut it down.
    ///   - metadataProvider: Gives further metadata; default none.
    public init(label: String, provider: LoggerProvider, metadataProvider: Logger.MetadataProvider? = nil) {
      logger = provider.logger(label)
      self.metadataProvider = metadataProvider
    }

    /// One of the metadata of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    /// Emits a record.
    public func log(event: LogEvent) {
      logger.emit(
        LogRecord.Severity(event.level), event.message.description, severityText: event.level.rawValue,
        error: event.error, at: TraceClock.wallNanoseconds
      ) { attributes in
        attributes.set("code.file.path", event.file)
        attributes.set("code.function.name", Self.function(event))
        attributes.set("code.line.number", Int(event.line))
        attributes.set(metadata)
        if let metadataProvider { attributes.set(metadataProvider.get()) }
        if let more = event.metadata { attributes.set(more) }
      }
    }

    /// The function's name with its module, which is the source unless the caller names another one.
    private static func function(_ event: LogEvent) -> String {
      let source = event.source
      return source.isEmpty ? event.function : "\(source).\(event.function)"
    }
  }

  extension LogRecordAttributes {
    fileprivate mutating func set(_ metadata: Logger.Metadata) {
      for (key, value) in metadata { set(key, AttributeValue(value)) }
    }
  }

  extension LogRecord.Severity {
    init(_ level: Logger.Level) {
      switch level {
      case .trace: self = .trace
      case .debug: self = .debug
      case .info: self = .info
      case .notice: self = .info2
      case .warning: self = .warn
      case .error: self = .error
      case .critical: self = .fatal
      }
    }
  }
#endif
