/// Makes the items of a load and passes them on. Thread-safe.
package protocol LoadSource: Sendable {
  /// The number of items that are made together: the spans of a trace, the data points of a collection.
  var groupSize: Int { get }

  /// Makes and passes on the items of a group, and waits for room.
  func end(_ indices: Range<Int>, isStopped: () -> Bool)
}
