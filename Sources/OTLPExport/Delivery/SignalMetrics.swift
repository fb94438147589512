internal import TelemetryCore
internal import TelemetrySDK

/// The metrics of an exporter's signals, each from its first use. Thread-safe.
final class SignalMetrics: Sendable {
  private let server: Endpoint
  private let transport: OTLPTransport
  private let all = Locked<[OTLPSignal: ExporterMetrics]>([:])

  init(server: Endpoint, transport: OTLPTransport) {
    self.server = server
    self.transport = transport
  }

  func of(_ signal: OTLPSignal) -> ExporterMetrics {
    all.withLock { all in
      if let known = all[signal] { return known }
      let new = ExporterMetrics(server: server, transport: transport, signal: signal)
      all[signal] = new
      return new
    }
  }
}
