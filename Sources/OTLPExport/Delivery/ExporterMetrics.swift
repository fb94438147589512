internal import TelemetryCore
internal import TelemetrySDK

/// The metrics of an OTLP exporter (RULES 4.13). Thread-safe; an export takes two short locks.
package final class ExporterMetrics: Sendable {
  private let server: Endpoint
  private let transport: OTLPTransport
  private let signal: OTLPSignal
  private let component: ComponentID
  private let counts = Locked(Counts())

  init(server: Endpoint, transport: OTLPTransport = .grpc, signal: OTLPSignal = .traces) {
    self.server = server
    self.transport = transport
    self.signal = signal
    component = ComponentID(type: transport.componentType(signal))
  }

  func exportBegan(_ count: Int) { counts.withLock { $0.inFlight += count } }

  func exportEnded(_ export: ExportState, at now: MonotonicInstant) {
    let ended = EndedExport(export, at: now)
    if export.failures == nil, ended.rejected == 0 {
      counts.withLock { $0.exportSucceeded(ended) }
    } else {
      counts.withLock { $0.exportFailed(ended, export) }
    }
  }

  /// A batch was refused after shutdown.
  func refused(_ count: Int) { counts.withLock { $0.refused(count) } }

  /// The metrics at this moment, consistent with each other.
  var snapshot: SelfMetrics {
    let counts = counts.withLock { $0 }
    return counts.metrics(server, component, transport, SelfMetrics.Item(signal))
  }

  /// A status as an attribute has it: HTTP's as the bare number.
  static func withoutPrefix(_ status: String) -> String {
    let prefix = OTLPTransport.statusPrefix
    return status.hasPrefix(prefix) ? String(status.dropFirst(prefix.count)) : status
  }

  // MARK: error.type

  /// The status of an accepted request.
  static let acceptedStatus = "OK"
  /// `error.type` of a partial success.
  static let rejected = "rejected"

  /// `error.type` of dropped items: the status of a response that forbids a retry, else the obstacle (4.13.3).
  static func errorType(_ error: OTLPError) -> String {
    switch error.code {
    case .refused: return error.status.map(withoutPrefix) ?? "_OTHER"
    case .timeout: return "timeout"
    case .unreachable: return "unreachable"
    case .tls: return "tls"
    case .headerProvider: return "header_provider"
    case .tooLarge: return "too_large"
    case .shutdown: return "shutdown"
    default: return "_OTHER"
    }
  }
}
