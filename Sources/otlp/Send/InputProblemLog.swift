internal import Synchronization
internal import TelemetryCore

/// Prints the first problems of an input, and the number of the others.
package final class InputProblemLog: Sendable {
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

  /// Prints the number of problems beyond the limit.
  package func conclude() {
    let more = count.withLock { $0 - limit }
    if more > 0 { output("… and \(more) more") }
  }
}
