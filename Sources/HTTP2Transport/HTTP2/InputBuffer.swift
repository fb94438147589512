/// The memory into which a connection reads.
@safe
final class InputBuffer {
  // SAFETY: allocated in `init`, freed in `deinit`.
  let bytes: UnsafeMutableRawBufferPointer
  let plaintext: UnsafeMutableRawBufferPointer

  init(isTLS: Bool) {
    unsafe bytes = .allocate(byteCount: 32_768, alignment: 16)
    unsafe plaintext = .allocate(byteCount: isTLS ? TLSEngine.recordSize : 0, alignment: 16)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe plaintext.deallocate()
  }
}
