/// What waits to be written: a list of slices, of our own small frames in an arena of fixed size, and of the bodies.
///
/// It is filled as a whole, then written as a whole, possibly in several steps; only then is it filled again. So the
/// arena needs no ring, and a body that is no longer wanted can be let go when the queue is empty.
@safe
struct OutputQueue {
  static let sliceCapacity = 128
  static let arenaCapacity = 32_768

  // SAFETY: allocated in `init`, freed by `deallocate()`; the owner is a struct behind a pointer, never copied.
  private let slices: UnsafeMutablePointer<IOSlice>
  private let arena: UnsafeMutablePointer<UInt8>
  private var first = 0
  private var end = 0
  private var arenaCount = 0
  private var lastIsArena = false
  /// How many bytes were ever appended, and ever written.
  private(set) var appended = 0
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

  /// Copies as much of a small frame as fits; 0 if nothing does.
  mutating func append(copying bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    let count = min(count, OutputQueue.arenaCapacity - arenaCount)
    guard count > 0, lastIsArena || end < OutputQueue.sliceCapacity else { return 0 }
    unsafe copy(bytes, count)
    return count
  }

  /// Appends a DATA frame: its nine bytes of header are copied, its payload is referenced. False if it doesn't fit.
  @inline(__always)
  mutating func append(dataHeader: UnsafePointer<UInt8>, payload: UnsafeRawPointer, count: Int) -> Bool {
    guard end &+ 2 <= OutputQueue.sliceCapacity, arenaCount &+ 9 <= OutputQueue.arenaCapacity else { return false }
    let start = unsafe UnsafeMutableRawPointer(arena + arenaCount)
    // Without a call of memcpy: this runs for every frame.
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

  private mutating func copy(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    unsafe (arena + arenaCount).update(from: bytes, count: count)
    arenaAppended(count)
  }

  @inline(__always)
  private mutating func arenaAppended(_ count: Int) {
    let start = unsafe arena + arenaCount
    arenaCount &+= count
    appended &+= count
    if lastIsArena {
      // Neighbours in the arena are one slice.
      unsafe slices[end - 1].count += count
    } else {
      unsafe (slices + end).initialize(to: IOSlice(start: start, count: count))
      end += 1
      lastIsArena = true
    }
  }

  /// Takes note that so many bytes, from the front, were written.
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

  /// Forgets what waits: the connection is dead.
  mutating func reset() {
    first = 0
    end = 0
    arenaCount = 0
    lastIsArena = false
  }
}
