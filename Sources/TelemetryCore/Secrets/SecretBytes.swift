internal import OTLPSystem

/// Bytes that may be a secret, such as a key's text. The release of the last reference overwrites the bytes.
@safe
package final class SecretBytes: Sendable {
  // SAFETY: written in `init` only, freed in `deinit` only.
  nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer
  /// The number of bytes.
  package let count: Int

  /// Copies `bytes`.
  package init(_ bytes: some Collection<UInt8>) {
    unsafe memory = .allocate(byteCount: bytes.count, alignment: 16)
    unsafe memory.copyBytes(from: bytes)
    count = bytes.count
  }

  /// Allocates `capacity` bytes. `fill` writes to this memory and returns the number of bytes.
  package init<Failure: Error>(
    capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    do throws(Failure) {
      count = try unsafe min(max(0, fill(memory)), capacity)
    } catch {
      unsafe SecretBytes.wipe(memory)
      unsafe memory.deallocate()
      throw error
    }
    unsafe self.memory = unsafe memory
  }

  deinit {
    unsafe SecretBytes.wipe(memory)
    unsafe memory.deallocate()
  }

  /// Calls `body` with the bytes, which are valid until `body` returns.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(rebasing: memory.prefix(count)))
  }

  /// Overwrites the memory. No compiler optimizes the call away.
  package static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
    guard let start = memory.baseAddress, memory.count > 0 else { return }
    #if canImport(Darwin)
      unsafe memset_s(start, memory.count, 0, memory.count)
    #else
      unsafe explicit_bzero(start, memory.count)
    #endif
  }
}

extension SecretBytes: Hashable {
  package static func == (left: SecretBytes, right: SecretBytes) -> Bool {
    unsafe left.withBytes { left in unsafe right.withBytes { right in unsafe left.elementsEqual(right) } }
  }

  package func hash(into hasher: inout Hasher) { unsafe withBytes { unsafe hasher.combine(bytes: $0) } }
}

extension SecretBytes: CustomStringConvertible, CustomReflectable {
  package var description: String { "\(Redaction.mark) (\(count) bytes)" }
  package var customMirror: Mirror { Mirror(self, children: ["bytes": description]) }
}
