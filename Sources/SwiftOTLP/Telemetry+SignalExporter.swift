public import OTLPFile
public import TelemetrySDK

extension Telemetry {
  /// A destination of spans.
  public typealias TracesExporter = SignalExporter<SpanData>
  /// A destination of log records.
  public typealias LogsExporter = SignalExporter<LogRecord>
  /// A destination of metrics.
  public typealias MetricsExporter = SignalExporter<Metric>

  /// A destination of the items of a signal.
  public struct SignalExporter<Item: BatchItem>: Sendable, CustomStringConvertible {
    enum Kind {
      case otlp
      case console
      case file(OTLPFileConfiguration)
      case own(any Exporter<Item>)
    }

    let kind: Kind

    /// An OTLP server, by ``Configuration/otlp``, in batches.
    public static var otlp: Self { Self(kind: .otlp) }

    /// Readable text on standard output: for debugging. Spans and log records appear as soon as they end, metrics every 10 s.
    public static var console: Self { Self(kind: .console) }

    /// Lines of OTLP JSON on standard output, in batches: `otlp/stdout` (RULES 3.4.6).
    public static var standardOutput: Self { .file(OTLPFileConfiguration()) }

    /// Lines of OTLP JSON in a file, in batches (RULES 3.4). A file holds one signal, so each needs a file of its own.
    public static func file(_ configuration: OTLPFileConfiguration) -> Self { Self(kind: .file(configuration)) }

    /// An exporter of your own or of another library, in batches.
    public static func exporter(_ exporter: any Exporter<Item>) -> Self { Self(kind: .own(exporter)) }

    /// The name in `OTEL_TRACES_EXPORTER` and its kin, or the type of an exporter of your own.
    public var description: String {
      switch kind {
      case .otlp: "otlp"
      case .console: "console"
      case .file(let file): file.output == .standardOutput ? "otlp/stdout" : "\(file.output)"
      case .own(let exporter): "\(type(of: exporter))"
      }
    }

    var isOTLP: Bool { if case .otlp = kind { true } else { false } }
    var isConsole: Bool { if case .console = kind { true } else { false } }
    var isStandardOutput: Bool { if case .file(let file) = kind { file.output == .standardOutput } else { false } }

    /// The exporter that the environment names, or nil.
    static func named(_ name: String) -> Self? {
      switch name {
      case "otlp": .otlp
      case "console": .console
      case "otlp/stdout": .standardOutput
      default: nil
      }
    }
  }
}
