/// A hash of bytes that is the same in every process and version: it is stored, as a part of a row's identity. Not
/// cryptographic.
enum Digest {
  private static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

  static func digest(_ bytes: MessageBytes, seed: UInt64) -> UInt64 {
    let raw = unsafe bytes.raw
    var hash = mix(seed ^ first, UInt64(raw.count) ^ second)
    var position = 0
    while raw.count - position >= 16 {
      let low = unsafe raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let high = unsafe raw.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
      hash = mix(UInt64(littleEndian: low) ^ first ^ hash, UInt64(littleEndian: high) ^ second)
      position += 16
    }
    var rest: (UInt64, UInt64) = (0, 0)
    while position < raw.count {
      rest = (rest.0 << 8 | rest.1 >> 56, rest.1 << 8 | UInt64(unsafe raw[position]))
      position += 1
    }
    return mix(mix(rest.0 ^ first ^ hash, rest.1 ^ second), first)
  }

  /// The 16 bytes that identify a resource or a scope: of its message and its schema's URL.
  static func identifier(_ message: MessageBytes, _ schemaURL: MessageBytes) -> [UInt8] {
    var bytes: [UInt8] = []
    for seed: UInt64 in [1, 2] {
      let digest = digest(schemaURL, seed: digest(message, seed: seed))
      unsafe withUnsafeBytes(of: digest.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (high, low) = left.multipliedFullWidth(by: right)
    return high ^ low
  }
}
