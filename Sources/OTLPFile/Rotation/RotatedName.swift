internal import TelemetrySDK

/// The names of finished files: `traces.jsonl` becomes `traces-20261130T160654.123456789Z.jsonl`, the time in UTC at which its
/// successor began. Names of the same length, so they sort by time.
struct RotatedName {
  /// The folder, with a slash at its end or empty.
  let folder: String
  private let stem: String
  private let suffix: String

  /// - Parameter path: The path of the file that is written.
  init(_ path: String) {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    folder = String(path[..<slash])
    let name = path[slash...]
    // A name that only begins with a dot has no extension.
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 } ?? name.endIndex
    stem = String(name[..<dot])
    suffix = String(name[dot...])
  }

  /// The path of the folder for system calls.
  var folderPath: String { folder.isEmpty ? "." : folder }

  /// The name at a time in nanoseconds since 1970.
  func name(at time: UInt64) -> String {
    let text = ReadableText.time(time).filter { $0 != "-" && $0 != ":" }
    return "\(stem)-\(text)\(suffix)"
  }

  /// A name that sorts behind those that exist, also if the clock was set back.
  func name(at time: UInt64, after existing: [String]) -> String {
    let name = name(at: time)
    guard let last = existing.max(), last >= name else { return name }
    // One more than the last name's number, in the same form: a nanosecond later, but for the end of a second.
    return successor(of: last)
  }

  /// The names of finished files among those of the folder, the oldest first.
  func finished(among names: [String]) -> [String] { names.filter(isFinished).sorted() }

  private func isFinished(_ name: String) -> Bool {
    guard name.hasPrefix(stem + "-"), name.hasSuffix(suffix),
      name.utf8.count == stem.utf8.count + 1 + Self.pattern.utf8.count + suffix.utf8.count
    else { return false }
    let time = name.utf8.dropFirst(stem.utf8.count + 1)
    return zip(time, Self.pattern.utf8).allSatisfy { byte, sign in
      sign == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == sign
    }
  }

  private func successor(of name: String) -> String {
    var bytes = Array(name.utf8)
    var index = stem.utf8.count + Self.pattern.utf8.count - 1
    while index > stem.utf8.count {
      if (0x30...0x39).contains(bytes[index]) {
        if bytes[index] < 0x39 {
          bytes[index] += 1
          break
        }
        bytes[index] = 0x30
      }
      index -= 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let pattern = "00000000T000000.000000000Z"
}
