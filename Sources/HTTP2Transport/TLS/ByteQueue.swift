/// A queue of bytes in one block of memory. The owner calls `deallocate()`.
@unsafe
struct ByteQueue {
  /// The largest block that is kept when the queue is empty: a large batch leaves no memory behind.
  private static let keptCapacity = 1 << 20

  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private var head = 0
  private var tail = 0

  var count: Int { unsafe tail - head }

  /// The bytes in order, valid until the queue changes.
  var bytes: UnsafeRawBufferPointer {
    guard let base = unsafe base else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(start: base + head, count: count)
  }

  mutating func append(_ start: UnsafeRawPointer, _ count: Int) {
    if unsafe capacity - tail < count { unsafe makeRoom(for: count) }
    if count > 0, let base = unsafe base {
      unsafe (base + tail).copyMemory(from: start, byteCount: count)
      unsafe tail += count
    }
  }

  mutating func drop(_ dropped: Int) {
    unsafe precondition(dropped >= 0 && dropped <= count)
    unsafe head += dropped
    guard unsafe head == tail else { return }
    unsafe (head, tail) = (0, 0)
    if unsafe capacity > ByteQueue.keptCapacity { unsafe deallocate() }
  }

  mutating func deallocate() {
    unsafe base?.deallocate()
    unsafe base = nil
    unsafe (capacity, head, tail) = (0, 0, 0)
  }

  private mutating func makeRoom(for more: Int) {
    let count = unsafe count
    if unsafe count + more <= capacity / 2, let base = unsafe base {
      unsafe base.copyMemory(from: base + head, byteCount: count)
    } else {
      let larger = unsafe max(4096, 2 * capacity, count + more)
      let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
      if let base = unsafe base {
        unsafe memory.copyMemory(from: base + head, byteCount: count)
        unsafe base.deallocate()
      }
      unsafe base = unsafe memory
      unsafe capacity = larger
    }
    unsafe (head, tail) = (0, count)
  }
}
