package import TelemetryCore

/// The bytes of a batch: its items one after the other, each as a field of its scope, in a block with room in front of them
/// for the headers of a request.
package struct EncodedBatch: Sendable {
  /// Consecutive items of one resource and scope.
  package struct Run: Sendable {
    package let resource: Resource
    package let scope: InstrumentationScope
    /// The end of the last item in the block.
    package internal(set) var end = 0

    init(_ resource: Resource, _ scope: InstrumentationScope) {
      self.resource = resource
      self.scope = scope
    }
  }

  package let memory: RawBuffer
  /// The items, as positions in the block.
  package private(set) var range: Range<Int>
  /// The number of elements: spans, log records, metrics.
  package private(set) var count: Int
  /// The count in ledgers: of the data points of metrics, else of the elements.
  package private(set) var itemCount: Int
  /// A slice, so that removing the first run moves no other; its first index is 0 only until then.
  package private(set) var runs: ArraySlice<Run>

  init(_ memory: RawBuffer, _ range: Range<Int>, count: Int, itemCount: Int, runs: ArraySlice<Run>) {
    self.memory = memory
    self.range = range
    self.count = count
    self.itemCount = itemCount
    self.runs = runs
  }

  static var empty: EncodedBatch { EncodedBatch(RawBuffer(capacity: 0), 0..<0, count: 0, itemCount: 0, runs: []) }

  /// The bytes of the run with this number, counted from 0, as positions in the block.
  package func range(ofRun number: Int) -> Range<Int> {
    let index = runs.startIndex + number
    return (number == 0 ? range.lowerBound : runs[index - 1].end)..<runs[index].end
  }

  /// Removes the first item, of which ledgers count `itemCount`.
  /// - Returns: The item's size.
  mutating func removeFirst(itemCount removed: Int = 1) -> Int {
    let size = unsafe Self.size(of: memory.base + range.lowerBound)
    range = range.lowerBound + size..<range.upperBound
    count -= 1
    itemCount -= removed
    if let first = runs.first, first.end <= range.lowerBound { runs.removeFirst() }
    return size
  }

  /// The size of the item that begins at `start`: its tag, its length and its message.
  @unsafe
  static func size(of start: UnsafeRawPointer) -> Int {
    let message = unsafe message(at: start)
    return message.offset + message.count
  }

  /// The place of the message in the item that begins at `start`.
  @unsafe
  static func message(at start: UnsafeRawPointer) -> (offset: Int, count: Int) {
    var (offset, count, shift) = (1, 0, 0)
    while true {
      let byte = unsafe start.load(fromByteOffset: offset, as: UInt8.self)
      offset += 1
      count |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return (offset, count) }
      shift += 7
    }
  }
}
