/// The operating system: `os.type`, and on Linux `os.name`, `os.version`, `os.description` and `os.build_id`.
public struct OperatingSystemDetector: ResourceDetector {
  private let files: DetectorFiles

  /// Makes a detector.
  public init() { self.init(files: .system) }

  init(files: DetectorFiles) { self.files = files }

  /// The attributes of `/etc/os-release` and of the kernel.
  public func detect() -> Resource {
    let release = Self.fields(files.contents("/etc/os-release") ?? files.contents("/usr/lib/os-release") ?? "")
    return resource([
      "os.type": .string(Self.type),
      "os.name": release["NAME"].map { .string($0) },
      "os.version": release["VERSION_ID"].map { .string($0) },
      "os.description": release["PRETTY_NAME"].map { .string($0) },
      "os.build_id": files.line("/proc/sys/kernel/osrelease").map { .string($0) },
    ])
  }

  private static var type: String {
    #if os(Linux)
      "linux"
    #else
      "darwin"
    #endif
  }

  /// The lines `NAME=value` of a file that a shell could read, without quotes and escapes.
  private static func fields(_ text: String) -> [String: String] {
    text.split(whereSeparator: \.isNewline).reduce(into: [:]) { fields, line in
      guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return }
      let value = unquoted(line[line.index(after: equals)...].trimmed)
      if !value.isEmpty { fields[String(line[..<equals])] = value }
    }
  }

  private static func unquoted(_ value: Substring) -> String {
    guard let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote else {
      return String(value)
    }
    var (text, isEscaped) = ("", false)
    for character in value.dropFirst().dropLast() {
      isEscaped = character == "\\" && !isEscaped && quote == "\""
      if !isEscaped { text.append(character) }
    }
    return text
  }
}
