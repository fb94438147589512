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
  private let setup: TelemetrySetup
  /// The exporters of signals with values of their own, and the one that the other signals share.
  private var made: [OTLPSignal?: any SpanForwardingExporter] = [:]
  /// The metrics of the exporters.
  private(set) var selfMetrics: [@Sendable () -> SelfMetrics] = []

  init(_ setup: TelemetrySetup) { self.setup = setup }

  /// The exporter of a signal to its server.
  mutating func exporter<Item>(of type: Item.Type) throws(OTLPError) -> OTLPSignalExporter<Item> {
    let values = setup.otlpValues(of: Item.signal)
    let key = values.isOwn ? Item.signal : nil
    let shared = if let known = made[key] { known } else { try make(values) }
    made[key] = shared
    let exporter = shared.spans.joined(type)
    selfMetrics.append { exporter.selfMetrics }
    return exporter
  }

  /// An exporter to a file.
  /// - Parameter option: The option that names the file, for errors.
  mutating func writing<Item>(
    _ file: OTLPFileConfiguration, _ option: String, _ type: Item.Type
  ) throws -> OTLPFileExporter<Item> {
    do {
      let exporter = try OTLPFileExporter<Item>(file, runtime: setup.runtime, diagnostics: setup.diagnostics)
      selfMetrics.append { exporter.selfMetrics }
      return exporter
    } catch let error as OTLPFileError {
      throw OTLPError(.unusableFile, error.description, option: option)
    }
  }

  private func make(_ values: TelemetrySetup.OTLPValues) throws(OTLPError) -> any SpanForwardingExporter {
    #if HTTP
      if !values.usesGRPC {
        return try OTLPHTTPExporter(values.http, runtime: setup.runtime, diagnostics: setup.diagnostics)
      }
    #endif
    return try OTLPGRPCExporter(values.grpc, runtime: setup.runtime, diagnostics: setup.diagnostics)
  }
}
