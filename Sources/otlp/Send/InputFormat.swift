/// The format of a file, detected from the first bytes.
package enum InputFormat: Hashable, Sendable {
  /// JSON, or text that the parser refuses.
  case text
  case gzip
  /// Another format; the text names the format and a way to read the file.
  case unreadable(String)

  /// The number of bytes that distinguish all formats.
  package static let prefixLength = 8

  package init(_ prefix: [UInt8]) {
    func starts(_ magic: [UInt8], at offset: Int = 0) -> Bool { prefix.dropFirst(offset).starts(with: magic) }
    func compressed(_ name: String, _ command: String) -> InputFormat {
      .unreadable("the input is compressed by \(name); try '\(command) FILE | otlp send'")
    }
    let utf16 = InputFormat.unreadable("the input is UTF-16; try 'iconv -f UTF-16 -t UTF-8 FILE | otlp send'")
    switch true {
    case starts([0x1F, 0x8B]): self = .gzip
    case starts([0x28, 0xB5, 0x2F, 0xFD]): self = compressed("zstd", "zstd -dc")
    // The Collector's file exporter writes the length before each compressed message.
    case starts([0x28, 0xB5, 0x2F, 0xFD], at: 4):
      self = .unreadable(
        "the input is compressed by zstd message by message, as the Collector's file exporter does; export without "
          + "compression, or read it with the Collector")
    case starts([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]): self = compressed("xz", "xz -dc")
    case starts([0x04, 0x22, 0x4D, 0x18]): self = compressed("lz4", "lz4 -dc")
    case starts(Array("BZh".utf8)): self = compressed("bzip2", "bzip2 -dc")
    case starts(Array("PK".utf8) + [0x03, 0x04]): self = compressed("zip", "unzip -p")
    case starts([0xFF, 0xFE, 0, 0]), starts([0, 0, 0xFE, 0xFF]):
      self = .unreadable("the input is UTF-32; try 'iconv -f UTF-32 -t UTF-8 FILE | otlp send'")
    case starts([0xFF, 0xFE]), starts([0xFE, 0xFF]): self = utf16
    case Self.isHalfZeros(prefix): self = utf16
    case prefix.contains(0): self = Self.binary
    default: self = .text
    }
  }

  private static let binary = InputFormat.unreadable("the input is binary, not OTLP JSON")

  /// True for ASCII in UTF-16 without a byte order mark: every other byte is zero.
  private static func isHalfZeros(_ prefix: [UInt8]) -> Bool {
    guard prefix.count >= 4 else { return false }
    let zeros = prefix.enumerated().filter { $0.element == 0 }.map { $0.offset % 2 }
    return zeros.count >= prefix.count / 2 && Set(zeros).count == 1
  }
}
