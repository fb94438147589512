internal import Synchronization
package import TelemetryCore

/// The message limits of servers by endpoint, shared by all exporters to an endpoint, later exporters included. Thread-safe.
package final class LearnedMessageLimits: Sendable {
  /// The limits of the process.
  package static let process = LearnedMessageLimits()
  // More endpoints must be generated names.
  private static let mostEndpoints = 256

  private let limits = Locked<[String: LearnedMessageLimit]>([:])
  // Exports to servers without a limit take no lock.
  private let hasAny = Atomic<Bool>(false)

  package init() {}

  package var isEmpty: Bool { !hasAny.load(ordering: .relaxed) }

  /// - Returns: The limit to which a message of `count` bytes must be split; nil if the message may be sent whole.
  package func limit(for count: Int, to server: String, at now: MonotonicInstant) -> Int? {
    isEmpty ? nil : limits.withLock { $0[server]?.limit(for: count, at: now) }
  }

  /// A server refused a message of `size` bytes and accepts `bytes`.
  /// - Returns: True if the limit changed.
  package func learn(_ bytes: Int, refused size: Int, of server: String, at now: MonotonicInstant) -> Bool {
    guard size > LearnedMessageLimit.least else { return false }
    hasAny.store(true, ordering: .relaxed)
    return limits.withLock { limits in
      if limits[server] == nil, limits.count >= LearnedMessageLimits.mostEndpoints { limits.removeAll() }
      return limits[server, default: LearnedMessageLimit()].learn(bytes, refused: size, at: now)
    }
  }

  /// A server accepted a message of `count` bytes.
  package func accepted(_ count: Int, by server: String) {
    if !isEmpty { limits.withLock { $0[server]?.accepted(count) } }
  }
}
