public import TelemetrySDK

extension Telemetry {
  /// A destination of spans.
  public struct TracesExporter: Sendable, CustomStringConvertible {
    enum Kind {
      case otlp
      case console
      case own(any SpanExporter)
    }

    let kind: Kind

    /// An OTLP server, by ``Configuration/otlp``, in batches by ``Configuration/batch``.
    public static let otlp = TracesExporter(kind: .otlp)

    /// Readable text on standard output, each span as soon as it ends: for debugging.
    public static let console = TracesExporter(kind: .console)

    /// An exporter of your own or of another library, in batches by ``Configuration/batch``.
    public static func exporter(_ exporter: any SpanExporter) -> TracesExporter { TracesExporter(kind: .own(exporter)) }

    /// The name in `OTEL_TRACES_EXPORTER`, or the type of an exporter of your own.
    public var description: String {
      switch kind {
      case .otlp: "otlp"
      case .console: "console"
      case .own(let exporter): "\(type(of: exporter))"
      }
    }
  }
}
