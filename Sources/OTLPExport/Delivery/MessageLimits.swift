internal import Synchronization
package import TelemetryCore

/// The limits that servers told, by endpoint: what one exporter learned serves all exporters to that endpoint, those that
/// come later too. Thread-safe.
package final class MessageLimits: Sendable {
  /// Those of the process.
  package static let process = MessageLimits()
  // More are no use: somebody makes up endpoints.
  private static let mostEndpoints = 256

  private let limits = Locked<[String: LearnedLimit]>([:])
  // So that exports to servers without a limit take no lock.
  private let hasAny = Atomic<Bool>(false)

  package init() {}

  package var isEmpty: Bool { !hasAny.load(ordering: .relaxed) }

  /// The limit to which a message of `count` bytes is to be split; nil if it may be sent as it is.
  package func limit(for count: Int, to server: String, at now: MonotonicInstant) -> Int? {
    limits.withLock { $0[server]?.limit(for: count, at: now) }
  }

  /// A server refused a message of `size` bytes and takes `bytes`.
  /// - Returns: Whether that is news.
  package func learn(_ bytes: Int, refused size: Int, of server: String, at now: MonotonicInstant) -> Bool {
    guard size > LearnedLimit.least else { return false }
    hasAny.store(true, ordering: .relaxed)
    return limits.withLock { limits in
      if limits[server] == nil, limits.count >= MessageLimits.mostEndpoints { limits.removeAll() }
      return limits[server, default: LearnedLimit()].learn(bytes, refused: size, at: now)
    }
  }

  /// A server took a message of `count` bytes.
  package func accepted(_ count: Int, by server: String) { limits.withLock { $0[server]?.accepted(count) } }
}
