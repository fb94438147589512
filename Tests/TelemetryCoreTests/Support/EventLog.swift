import Synchronization

/// Numbers in the order in which a test adds them. Thread-safe.
final class EventLog: Sendable {
  private let entries = Mutex<[Int]>([])
  var all: [Int] { entries.withLock { $0 } }
  func add(_ entry: Int) { entries.withLock { $0.append(entry) } }
}
