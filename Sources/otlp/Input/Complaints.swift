internal import Synchronization
internal import TelemetryCore

/// Prints what is wrong with an input, of many things only the first.
package final class Complaints: Sendable {
  private let limit: Int
  private let output: @Sendable (String) -> Void
  private let count = Mutex(0)

  package init(limit: Int = 20, output: @escaping @Sendable (String) -> Void = { TextOutput.error.line($0) }) {
    self.limit = limit
    self.output = output
  }

  package func add(_ text: String) {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if number <= limit { output(text.sanitized()) }
  }

  /// Says how many were not printed.
  package func conclude() {
    let more = count.withLock { $0 - limit }
    if more > 0 { output("… and \(more) more") }
  }
}
