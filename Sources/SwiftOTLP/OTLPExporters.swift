internal import OTLPExport
internal import OTLPFile
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

/// The exporters to OTLP servers and to files, with their metrics. Signals with the same values share an exporter's connections
/// (RULES 1.5.9): all those without variables of their own.
struct OTLPExporters {
  /// An exporter of each signal, over the same connections.
  private enum Shared {
    case grpc(OTLPGRPCExporter)
    #if HTTP
      case http(OTLPHTTPExporter)
    #endif
  }

  private let setup: TelemetrySetup
  private var made: [OTLPSignal?: Shared] = [:]
  /// The metrics of the exporters.
  private(set) var selfMetrics: [@Sendable () -> SelfMetrics] = []

  init(_ setup: TelemetrySetup) { self.setup = setup }

  mutating func spans() throws(OTLPError) -> any SpanExporter {
    switch try shared(.traces) {
    case .grpc(let exporter): return using(exporter) { exporter.selfMetrics }
    #if HTTP
      case .http(let exporter): return using(exporter) { exporter.selfMetrics }
    #endif
    }
  }

  mutating func logRecords() throws(OTLPError) -> OTLPSignalExporter<LogRecord> {
    let exporter =
      switch try shared(.logs) {
      case .grpc(let exporter): exporter.logExporter
      #if HTTP
        case .http(let exporter): exporter.logExporter
      #endif
      }
    return using(exporter) { exporter.selfMetrics }
  }

  mutating func metrics() throws(OTLPError) -> OTLPSignalExporter<Metric> {
    let exporter =
      switch try shared(.metrics) {
      case .grpc(let exporter): exporter.metricExporter
      #if HTTP
        case .http(let exporter): exporter.metricExporter
      #endif
      }
    return using(exporter) { exporter.selfMetrics }
  }

  /// An exporter to a file.
  /// - Parameter option: The option that names the file, for errors.
  mutating func writing<Item>(
    _ file: OTLPFileConfiguration, _ option: String, _ type: Item.Type
  ) throws -> OTLPFileExporter<Item> {
    do {
      let exporter = try OTLPFileExporter<Item>(file, runtime: setup.runtime, diagnostics: setup.diagnostics)
      return using(exporter) { exporter.selfMetrics }
    } catch let error as OTLPFileError {
      throw OTLPError(.unusableFile, error.description, option: option)
    }
  }

  private mutating func using<Value>(_ exporter: Value, _ metrics: @escaping @Sendable () -> SelfMetrics) -> Value {
    selfMetrics.append(metrics)
    return exporter
  }

  private mutating func shared(_ signal: OTLPSignal) throws(OTLPError) -> Shared {
    let values = setup.otlpValues(of: signal)
    let key = values.isOwn ? signal : nil
    if let known = made[key] { return known }
    let new = try make(values)
    made[key] = new
    return new
  }

  private func make(_ values: TelemetrySetup.OTLPValues) throws(OTLPError) -> Shared {
    #if HTTP
      if !values.usesGRPC {
        return .http(try OTLPHTTPExporter(values.http, runtime: setup.runtime, diagnostics: setup.diagnostics))
      }
    #endif
    return .grpc(try OTLPGRPCExporter(values.grpc, runtime: setup.runtime, diagnostics: setup.diagnostics))
  }
}
