/// The files that detectors read: the system's, or a test's.
struct DetectorFiles: Sendable {
  /// The contents of a file; nil if it is absent, unreadable, no regular file, or larger than ``limit``.
  let contents: @Sendable (String) -> String?

  /// The most bytes of a file.
  static let limit = 1 << 20

  static let system = DetectorFiles { path in
    guard let bytes = try? SecretFile.read(path, limit: limit, patience: .zero) else { return nil }
    return unsafe bytes.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The first line without white space around the text; nil if nothing is left.
  func line(_ path: String) -> String? {
    guard let text = contents(path) else { return nil }
    let line = text.prefix { !$0.isNewline }.trimmed
    return line.isEmpty ? nil : String(line)
  }
}
