internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file that holds a password.
struct PasswordFile: Sendable {
  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let longest = 4096
  let path: String

  /// The first line without its end; read afresh each time.
  func firstLine() throws -> String {
    let shown = PEMSource.file(path).shown
    // Without waiting: nobody may ever write to a pipe.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw Failure(description: "'\(shown)' can't be read: \(SystemError.text(of: errno))") }
    defer { close(file) }
    let bytes = unsafe SecretBytes(capacity: PasswordFile.longest) { memory in
      unsafe read(file, memory.baseAddress, memory.count)
    }
    let line = unsafe bytes.withBytes { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }
    guard !line.isEmpty, bytes.count < PasswordFile.longest else {
      throw Failure(description: "'\(shown)' holds no password in its first line of at most 4095 bytes")
    }
    return line
  }
}
