internal import TelemetrySDK

/// The bytes that each line of a signal begins with (RULES 3.4.2).
enum FilePrefix {
  static func bytes(of signal: OTLPSignal) -> [UInt8] {
    let name =
      switch signal {
      case .traces: "Spans"
      case .metrics: "Metrics"
      case .logs: "Logs"
      }
    return Array("{\"resource\(name)\"".utf8)
  }

  static let all = OTLPSignal.all.map(bytes)
  static let longest = all.map(\.count).max() ?? 0

  /// The signal of a file with these first bytes; nil if they are none of ours.
  static func signal(of start: [UInt8]) -> OTLPSignal? { OTLPSignal.all.first { start.starts(with: bytes(of: $0)) } }
}
