import Synchronization
import TelemetrySDK

/// Headers in a list that counts how often it is searched.
struct CountingTextMap: TextMapGetter {
  final class Headers: Sendable {
    let pairs: [(name: String, value: String)]
    let lookUps = Atomic(0)

    init(_ pairs: [(name: String, value: String)]) { self.pairs = pairs }
  }

  func keys(in carrier: Headers) -> [String] { carrier.pairs.map(\.name) }

  func value(of key: String, in carrier: Headers) -> String? {
    carrier.lookUps.wrappingAdd(1, ordering: .relaxed)
    return carrier.pairs.first { $0.name == key }?.value
  }
}
