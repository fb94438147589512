/// Looks at a value in memory without owning it.
///
/// Reading a copyable value through a pointer retains what it refers to whenever something is written before the last
/// use, since the compiler must assume that the write changes that value. A value that can't be copied is borrowed
/// instead, and so are its parts. It has the layout of its only member.
@frozen
@usableFromInline
package struct Borrowed<Value>: ~Copyable {
  @usableFromInline package let value: Value
}

extension Array {
  /// Calls `body` with each element from the last to the first; nothing is retained.
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

  /// The same for the elements at `positions`.
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

  // SAFETY: a struct of one member has the layout of that member; the array outlives the call.
  @unsafe
  @inlinable
  @inline(__always)
  package static func borrowed(_ elements: UnsafeBufferPointer<Element>) -> UnsafePointer<Borrowed<Element>>? {
    unsafe UnsafeRawPointer(elements.baseAddress)?.assumingMemoryBound(to: Borrowed<Element>.self)
  }
}
