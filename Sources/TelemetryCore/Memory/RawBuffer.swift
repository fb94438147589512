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

  /// Allocates `capacity` bytes, uninitialized.
  package init(capacity: Int) {
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    self.capacity = capacity
    loan = nil
    ownsMemory = true
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
    if ownsMemory { unsafe base.deallocate() }
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
