/// Reads a value in memory without retaining anything.
///
/// The compiler retains the references of a copyable value that is read through a pointer, if a write happens before the
/// last use, since the write might change the value. A noncopyable value is borrowed instead, and so are its members.
/// `Borrowed` has the layout of its only member.
@frozen
@usableFromInline
package struct Borrowed<Value>: ~Copyable {
  @usableFromInline package let value: Value
}

extension Array {
  /// Calls `body` with each element from the last to the first, without retaining anything.
  @inlinable
  @inline(__always)
  package borrowing func forEachReversed(_ body: (borrowing Borrowed<Element>) -> Void) {
    unsafe withUnsafeBufferPointer { elements in
      guard let first = unsafe Self.borrowed(elements) else { return }
      var index = elements.count
      while index > 0 {
        index &-= 1
        unsafe body(first[index])
      }
    }
  }

  /// Calls `body` with the elements at `positions`, from the last to the first, without retaining anything.
  @inlinable
  @inline(__always)
  package borrowing func forEachReversed(at positions: [Int], _ body: (borrowing Borrowed<Element>) -> Void) {
    unsafe withUnsafeBufferPointer { elements in
      guard let first = unsafe Self.borrowed(elements) else { return }
      for position in positions.reversed() {
        precondition(elements.indices.contains(position))
        unsafe body(first[position])
      }
    }
  }

  // SAFETY: a struct with one member has the layout of the member; the array outlives the call.
  @unsafe
  @inlinable
  @inline(__always)
  package static func borrowed(_ elements: UnsafeBufferPointer<Element>) -> UnsafePointer<Borrowed<Element>>? {
    unsafe UnsafeRawPointer(elements.baseAddress)?.assumingMemoryBound(to: Borrowed<Element>.self)
  }
}
