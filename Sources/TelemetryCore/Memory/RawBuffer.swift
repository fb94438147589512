internal import OTLPSystem
internal import Synchronization

/// A block of raw memory for the bytes of one message, up to the socket.
///
/// The last reference frees the memory. One owner writes the bytes before the buffer is shared; after that the bytes are
/// read-only.
@safe
package final class RawBuffer: Sendable {
  // SAFETY: set once. The only owner writes the memory before the buffer is shared.
  nonisolated(unsafe) package let base: UnsafeMutableRawPointer
  package let capacity: Int
  /// The buffer that owns the memory instead, and returns to its pool with this object.
  private let loan: PooledObject<RawBuffer>?
  private let isClaimed = Atomic(false)
  private let ownsMemory: Bool

  /// A block of this size or more is mapped: the system has it back as soon as it is freed. The heap keeps large blocks between
  /// others, so that an emptied queue would hold on to most of its memory.
  private static let mappedSize = 128 << 10

  /// Allocates `capacity` bytes, uninitialized.
  package init(capacity: Int) {
    unsafe base = Self.allocate(capacity)
    self.capacity = capacity
    loan = nil
    ownsMemory = true
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    guard capacity >= mappedSize else { return .allocate(byteCount: capacity, alignment: 16) }
    let block = unsafe mmap(nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let block = unsafe block, unsafe block != MAP_FAILED else { fatalError("out of memory: \(capacity) bytes") }
    return unsafe block
  }

  /// Uses the memory of a pool's buffer, which returns to the pool with the last reference to this object.
  package init(lending loan: consuming PooledObject<RawBuffer>) {
    unsafe base = loan.value.base
    capacity = loan.value.capacity
    self.loan = consume loan
    ownsMemory = false
  }

  /// Copies `bytes`.
  package convenience init(_ bytes: [UInt8]) {
    self.init(capacity: bytes.count)
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { unsafe base.copyMemory(from: start, byteCount: source.count) }
    }
  }

  deinit {
    guard ownsMemory else { return }
    if capacity >= Self.mappedSize { unsafe munmap(base, capacity) } else { unsafe base.deallocate() }
  }

  /// Claims the memory around the shared bytes, for one owner that writes there.
  /// - Returns: False if another owner has claimed it.
  package func claim() -> Bool { !isClaimed.exchange(true, ordering: .relaxed) }

  /// The budget of the pool that owns the memory, if any.
  package var budget: ByteBudget? {
    switch loan {
    case .some(let loan): loan.budget
    case .none: nil
    }
  }

  /// The bytes of `range`; valid for as long as the buffer is referenced.
  @unsafe
  package func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    return unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}
