internal import OTLPSystem

/// A certificate or a key in PEM format, as a file or as text.
///
/// A string literal is the path of a file: `configuration.certificate = "/etc/ssl/our-authority.pem"`. No description
/// shows a text. The stored copy of a text is overwritten when the last reference is released.
public struct PEMSource: Hashable, Sendable {
  private enum Content: Hashable, Sendable {
    case file(String)
    case text(SecretBytes, inPlaceOfName: Bool)
  }

  private let content: Content

  /// The file at `path`. A changed file is read again for the next connection. A `path` that begins with `-----BEGIN` is
  /// read as the PEM text itself.
  public static func file(_ path: String) -> PEMSource {
    guard path.trimmed.hasPrefix("-----BEGIN") else { return PEMSource(content: .file(path)) }
    return PEMSource(content: .text(bytes(path), inPlaceOfName: true))
  }

  /// The PEM text. In a text of one line, `\n` means a line break: some environment variables can't hold line breaks.
  public static func pem(_ text: String) -> PEMSource {
    PEMSource(content: .text(bytes(text), inPlaceOfName: false))
  }

  /// The bytes of a PEM text.
  public static func pem(_ bytes: [UInt8]) -> PEMSource {
    PEMSource(content: .text(SecretBytes(bytes), inPlaceOfName: false))
  }

  /// The path of the file; nil for a text.
  public var path: String? { if case .file(let path) = content { path } else { nil } }

  /// The text; nil for a file.
  package var text: SecretBytes? { if case .text(let text, _) = content { text } else { nil } }

  /// True if ``file(_:)`` got a PEM text.
  package var isTextInPlaceOfName: Bool { if case .text(_, true) = content { true } else { false } }

  /// True for an empty path or an empty text.
  package var isEmpty: Bool {
    switch content {
    case .file(let path): path.isEmpty
    case .text(let text, _): text.count == 0
    }
  }

  /// The path for messages: whole if the file exists, else by the rules of ``Redaction``, since the path may be a secret.
  package var shown: String {
    guard let path, !path.utf8.contains(0), unsafe access(path, F_OK) == 0 else { return description }
    return path.sanitized()
  }

  private static func bytes(_ text: String) -> SecretBytes {
    let text = text.utf8
    guard !text.contains(0x0A), !text.contains(0x0D) else { return SecretBytes(text) }
    var rest = text[...]
    return unsafe SecretBytes(capacity: text.count) { memory in
      var count = 0
      while let byte = rest.popFirst() {
        let isBreak = byte == UInt8(ascii: "\\") && rest.first == UInt8(ascii: "n")
        unsafe memory[count] = isBreak ? 0x0A : byte
        if isBreak { rest = rest.dropFirst() }
        count += 1
      }
      return count
    }
  }
}

extension PEMSource: ExpressibleByStringInterpolation {
  /// The file at this path.
  public init(stringLiteral path: String) { self = .file(path) }
}

extension PEMSource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The path, or the length of the text.
  public var description: String {
    switch content {
    case .file(let path): Redaction.shown(path)
    case .text(let text, _): "PEM text (\(text.count) bytes)"
    }
  }
  /// The same as the description.
  public var debugDescription: String { description }
  /// The same as the description.
  public var customMirror: Mirror { Mirror(self, children: ["source": description]) }
}
