internal import COTLPOpenSSL
internal import TelemetryCore

/// Gives OpenSSL the password of a key. Without this callback OpenSSL would ask on the terminal.
struct TLSPassword {
  private let password: KeyPassword?
  private var wasAsked = false
  private var refusal: String?

  init(_ password: KeyPassword?) { self.password = password }

  /// Why an encrypted key couldn't be read; nil if the key isn't encrypted.
  var problem: String? {
    guard wasAsked else { return nil }
    if let refusal { return refusal }
    return "is encrypted, and the password doesn't fit"
  }

  /// Writes the password to OpenSSL's memory, which OpenSSL wipes.
  /// - Returns: The length of the password, or -1 if there is none.
  private mutating func write(to buffer: UnsafeMutableRawBufferPointer) -> Int32 {
    wasAsked = true
    guard let password else {
      refusal = "is encrypted; its password is needed, or a key without one"
      return -1
    }
    let bytes: SecretBytes
    do {
      bytes = try password.bytes()
    } catch {
      refusal =
        "is encrypted, and the provider of its password failed: \("\(error)".sanitized(limit: 200))"
      return -1
    }
    guard bytes.count <= buffer.count else {
      refusal = "is encrypted, and its password is longer than \(buffer.count) bytes"
      return -1
    }
    unsafe bytes.withBytes { unsafe buffer.copyMemory(from: $0) }
    return Int32(bytes.count)
  }

  /// The callback. The last argument points to a `TLSPassword`, or is nil for contents that are never encrypted.
  static let answer: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 =
    { buffer, capacity, _, argument in
      guard let buffer = unsafe buffer, let argument = unsafe argument else { return -1 }
      let memory = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(max(0, capacity)))
      return unsafe argument.assumingMemoryBound(to: TLSPassword.self).pointee.write(to: memory)
    }
}
