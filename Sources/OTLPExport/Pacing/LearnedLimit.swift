package import TelemetryCore

/// The largest message that a server takes, as far as its refusals told (RULES D1). Pure.
///
/// The server may be restarted with a larger limit: after ``lifetime`` one larger message is sent whole again, while the
/// others keep to the limit. If it is refused the limit holds for as long again; if it is taken there is none.
package struct LearnedLimit: Sendable {
  /// How long a limit is believed.
  package static let lifetime = Duration.seconds(600)
  /// How long after a trial nothing else is tried, if nothing comes of it.
  package static let trialTime = Duration.seconds(60)
  /// No smaller limit is learned: no server or proxy has one by default (the smallest known is nginx's, 1 MiB), and
  /// batches cut into single spans for ``lifetime`` would be an attack on the client and the network. Messages up to
  /// this size are sent, and split when they are refused.
  package static let least = 64 << 10

  /// In bytes before compression.
  package private(set) var bytes: Int?
  private var end = MonotonicInstant(nanoseconds: 0)

  package init() {}

  /// The limit to which a message of `count` bytes is to be split; nil if it may be sent as it is.
  package mutating func limit(for count: Int, at now: MonotonicInstant) -> Int? {
    guard let bytes, count > bytes else { return nil }
    guard now >= end else { return bytes }
    end = now + LearnedLimit.trialTime
    return nil
  }

  /// The server refused a message of `size` bytes and takes `bytes`.
  /// - Returns: Whether that is news.
  package mutating func learn(_ bytes: Int, refused size: Int, at now: MonotonicInstant) -> Bool {
    guard size > LearnedLimit.least, bytes < size else { return false }
    let bytes = max(bytes, LearnedLimit.least)
    defer { self.bytes = bytes }
    end = now + LearnedLimit.lifetime
    return self.bytes != bytes
  }

  /// The size of the pieces of a message of `size` bytes that was refused: the limit that the server told, but not so
  /// small a part of the message that one answer makes a flood of requests. Refused again, they are split again.
  package static func pieces(told limit: Int, of size: Int) -> Int { max(limit, min(least, size / 8), 1) }

  /// The server took a message of `count` bytes.
  package mutating func accepted(_ count: Int) {
    if let bytes, count > bytes { self.bytes = nil }
  }
}
