/// The bytes to be written: a list of slices, of small frames in an arena of fixed size and of the requests' bodies.
///
/// The queue is filled, written completely, possibly in several steps, and only then filled again. Therefore the arena needs
/// no ring, and an empty queue refers to no body.
@safe
struct OutputQueue {
  static let sliceCapacity = 128
  static let arenaCapacity = 32_768

  // SAFETY: allocated in `init`, freed by `deallocate()`. The owner is a struct behind a pointer, which is never copied.
  private let slices: UnsafeMutablePointer<IOSlice>
  private let arena: UnsafeMutablePointer<UInt8>
  private var first = 0
  private var end = 0
  private var arenaCount = 0
  private var lastIsArena = false
  /// The number of all bytes that were ever appended.
  private(set) var appended = 0
  /// The number of all bytes that were ever written.
  private(set) var written = 0

  init() {
    unsafe slices = .allocate(capacity: OutputQueue.sliceCapacity)
    unsafe arena = .allocate(capacity: OutputQueue.arenaCapacity)
  }

  func deallocate() {
    unsafe slices.deallocate()
    unsafe arena.deallocate()
  }

  var isEmpty: Bool { first == end }

  /// The slices to be written, in order.
  var pending: UnsafeBufferPointer<IOSlice> {
    unsafe UnsafeBufferPointer(start: slices + first, count: end - first)
  }

  /// Copies the part of a small frame that fits.
  /// - Returns: The number of bytes, 0 if the queue is full.
  mutating func append(copying bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    let count = min(count, OutputQueue.arenaCapacity - arenaCount)
    guard count > 0, lastIsArena || end < OutputQueue.sliceCapacity else { return 0 }
    unsafe (arena + arenaCount).update(from: bytes, count: count)
    arenaAppended(count)
    return count
  }

  /// Appends a DATA frame: the nine bytes of the header are copied, the payload is referenced.
  /// - Returns: False if the frame doesn't fit.
  @inline(__always)
  mutating func append(dataHeader: UnsafePointer<UInt8>, payload: UnsafeRawPointer, count: Int) -> Bool {
    guard end &+ 2 <= OutputQueue.sliceCapacity, arenaCount &+ 9 <= OutputQueue.arenaCapacity else { return false }
    let start = unsafe UnsafeMutableRawPointer(arena + arenaCount)
    // No call of memcpy, because this runs for every frame.
    unsafe start.storeBytes(of: UnsafeRawPointer(dataHeader).loadUnaligned(as: UInt64.self), as: UInt64.self)
    unsafe start.storeBytes(of: dataHeader[8], toByteOffset: 8, as: UInt8.self)
    arenaAppended(9)
    guard count > 0 else { return true }
    unsafe (slices + end).initialize(to: IOSlice(start: payload, count: count))
    end &+= 1
    lastIsArena = false
    appended &+= count
    return true
  }

  @inline(__always)
  private mutating func arenaAppended(_ count: Int) {
    let start = unsafe arena + arenaCount
    arenaCount &+= count
    appended &+= count
    if lastIsArena {
      // Neighbours in the arena form one slice.
      unsafe slices[end - 1].count += count
    } else {
      unsafe (slices + end).initialize(to: IOSlice(start: start, count: count))
      end += 1
      lastIsArena = true
    }
  }

  /// Removes the bytes at the front that were written.
  mutating func advance(_ count: Int) {
    written += count
    guard written < appended else { return reset() }
    var left = count
    while left > 0 {
      let size = unsafe slices[first].count
      guard left >= size else {
        unsafe slices[first].start += left
        unsafe slices[first].count -= left
        return
      }
      left -= size
      first += 1
    }
  }

  /// Empties the queue.
  mutating func reset() {
    first = 0
    end = 0
    arenaCount = 0
    lastIsArena = false
  }
}
