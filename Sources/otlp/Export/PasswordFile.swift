internal import TelemetryCore

/// A file, or a pipe such as a shell's `<(command)`, that contains a password.
struct PasswordFile: Sendable {
  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let maxBytes = 4095
  let path: String

  /// The first line without the line break; read from the file each time.
  func firstLine() throws -> String {
    let shown = PEMSource.file(path).shown
    let bytes: SecretBytes
    do throws(SecretFile.Failure) {
      bytes = try SecretFile.read(path, limit: PasswordFile.maxBytes)
    } catch {
      throw Failure(description: "'\(shown)' \(error)")
    }
    let line = unsafe bytes.withBytes { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }
    guard !line.isEmpty else { throw Failure(description: "'\(shown)' holds no password in its first line") }
    return line
  }
}
