internal import Synchronization

/// A block of raw memory with a readable range in it: the bytes of one message on their way to the socket.
///
/// Whoever needs the bytes holds a reference; the memory is freed with the last one. It is written by one owner only,
/// before it is handed on; after that it is read-only.
@safe
package final class RawBuffer: Sendable {
  // SAFETY: both are set once. The memory is written by the only owner before the buffer is shared (see above).
  nonisolated(unsafe) package let base: UnsafeMutableRawPointer
  package let capacity: Int
  /// Owns the memory in place of this object, and goes back to its pool with it.
  private let loan: PooledObject<RawBuffer>?
  private let ownsMemory: Bool
  private let isCounted = Atomic<Bool>(false)

  /// Allocates `capacity` bytes, uninitialized.
  package init(capacity: Int) {
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    self.capacity = capacity
    loan = nil
    ownsMemory = true
  }

  /// Lends out a pool's buffer: it returns to the pool with the last reference to this object.
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
    if isCounted.load(ordering: .relaxed) { budget?.give(capacity) }
    if ownsMemory { unsafe base.deallocate() }
  }

  private var budget: ByteBudget? {
    switch loan {
    case .some(let loan): loan.budget
    case .none: nil
    }
  }

  /// Counts the memory of a pool's buffer in the pool's budget from now until the loan ends: for a buffer that outlives the
  /// work that accounted for its bytes. More calls have no effect.
  package func countUntilFreed() {
    guard let budget, !isCounted.exchange(true, ordering: .relaxed) else { return }
    budget.takeExceeding(capacity)
  }

  /// The bytes of `range`; valid for as long as the buffer is referenced.
  @unsafe
  package func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    return unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}
