/// Decides which messages are passed on: five of a kind a minute, then one a minute with a count.
package struct DiagnosticLimiter {
  private struct Entry {
    var windowStart: MonotonicInstant
    var inWindow = 0
    var suppressed = 0
  }

  // Messages are literals of ours, so there are few; the bound is for a handler that is handed something else.
  private static let capacity = 256
  private static let window = Duration.seconds(60)
  private var entries: [String: Entry] = [:]

  package init() {}

  /// What to add to the message, or nil if it is not to be passed on.
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
