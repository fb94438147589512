package import OTLPExport
package import TelemetryCore
package import TelemetrySDK

extension ExportOptions {
  /// Shortens the time of an attempt to that of the whole export, which ends it anyway. This is said only if the time of an
  /// attempt was chosen.
  package func limitAttempts(
    _ values: inout OTLPConfiguration, _ signal: OTLPSignal, _ environment: [String: String], _ diagnostics: Diagnostics
  ) {
    guard
      let limit = (try? batchConfiguration(signal, environment: environment, diagnostics: .silent))?.exportTimeout,
      values.timeout.value > limit
    else { return }
    let source = values.timeout.source
    if source != .standard {
      let name = source == .code ? "--timeout" : source.description
      diagnostics.emit(
        .warning, "\(name) is longer than the time of an export, which ends each attempt",
        [("timeout", values.timeout.value.shortText), ("exportTimeout", limit.shortText)])
    }
    values.timeout.set(limit)
  }
}
