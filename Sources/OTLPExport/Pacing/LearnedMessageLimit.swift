package import TelemetryCore

/// The largest message that a server accepts, learned from refusals (RULES D1). Pure.
///
/// ```
///              learn                      lifetime over
///  no limit ─────────▶ limit in bytes ────────────────▶ a larger message is tried
///      ▲                     ▲  ▲                         │ │
///      └─────────────────────┼──┴── refused: learn ───────┘ │
///         accepted           └───── no result: trialTime ───┘
/// ```
/// The trial finds a server that was restarted with a larger limit; other messages keep to the limit meanwhile.
package struct LearnedMessageLimit: Sendable {
  /// The time from learning a limit to the trial of a larger message.
  package static let lifetime = Duration.seconds(600)
  /// The time from a trial without a result to the next trial.
  package static let trialTime = Duration.seconds(60)
  /// The smallest limit that is learned. No server or proxy has a smaller limit by default (nginx: 1 MiB), and splitting
  /// batches into single spans for ``lifetime`` would let a server attack the client and the network. Messages up to this
  /// size are sent, and split when refused.
  package static let least = 64 << 10

  /// In bytes before compression.
  package private(set) var bytes: Int?
  private var end = MonotonicInstant(nanoseconds: 0)

  package init() {}

  /// - Returns: The limit to which a message of `count` bytes must be split; nil if the message may be sent whole.
  package mutating func limit(for count: Int, at now: MonotonicInstant) -> Int? {
    guard let bytes, count > bytes else { return nil }
    guard now >= end else { return bytes }
    end = now + LearnedMessageLimit.trialTime
    return nil
  }

  /// The server refused a message of `size` bytes and accepts `bytes`.
  /// - Returns: True if the limit changed.
  package mutating func learn(_ bytes: Int, refused size: Int, at now: MonotonicInstant) -> Bool {
    guard size > LearnedMessageLimit.least, bytes < size else { return false }
    let bytes = max(bytes, LearnedMessageLimit.least)
    defer { self.bytes = bytes }
    end = now + LearnedMessageLimit.lifetime
    return self.bytes != bytes
  }

  /// The size of the parts of a refused message of `size` bytes: the server's limit, but at least an eighth of the message,
  /// so that a response doesn't cause a flood of requests. Parts that are refused are split again.
  package static func partSize(limit: Int, of size: Int) -> Int { max(limit, min(least, size / 8), 1) }

  /// The server accepted a message of `count` bytes.
  package mutating func accepted(_ count: Int) {
    if let bytes, count > bytes { self.bytes = nil }
  }
}
