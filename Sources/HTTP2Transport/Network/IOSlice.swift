/// Bytes that the caller keeps alive during one write.
@unsafe
package struct IOSlice {
  package var start: UnsafeRawPointer
  package var count: Int

  package init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = unsafe start
    unsafe self.count = count
  }
}
