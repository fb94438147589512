/// A rate limit for equal messages: five a minute, then one a minute with the number of suppressed ones.
package struct DiagnosticLimiter {
  private struct Entry {
    var windowStart: MonotonicInstant
    var inWindow = 0
    var suppressed = 0
  }

  // Our own messages are literals and therefore few. The bound is for other callers of `emit`.
  private static let capacity = 256
  private static let window = Duration.seconds(60)
  private var entries: [String: Entry] = [:]

  package init() {}

  /// - Returns: A note to add to the message, possibly empty; nil to suppress the message.
  package mutating func admit(_ message: String, at now: MonotonicInstant) -> String? {
    if entries.count >= DiagnosticLimiter.capacity, entries[message] == nil { entries.removeAll() }
    var entry = entries[message] ?? Entry(windowStart: now)
    defer { entries[message] = entry }
    if now - entry.windowStart >= DiagnosticLimiter.window {
      let suppressed = entry.suppressed
      entry = Entry(windowStart: now, inWindow: suppressed > 0 ? 5 : 1)
      return suppressed > 0 ? "and \(suppressed) more of these" : ""
    }
    guard entry.inWindow < 5 else {
      entry.suppressed += 1
      return nil
    }
    entry.inWindow += 1
    return ""
  }
}
