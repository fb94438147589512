public import TelemetryCore

/// The output of an ``OTLPFileExporter``, and the size and age at which it begins another file.
///
/// No variable belongs to it: `OTEL_TRACES_EXPORTER=otlp/stdout` and its kin choose ``Output/standardOutput`` in `SwiftOTLP`.
public struct OTLPFileConfiguration: Sendable, Hashable {
  /// The output; default ``Output/standardOutput`` (RULES 3.4.4).
  public var output: Output

  /// The size in bytes at which the exporter begins another file: a line that would make the file larger is the first of the
  /// next. 1 KiB to 1 TiB; default nil: no limit. A longer line gets a file of its own.
  public var maxFileSize: Int?

  /// The age at which the exporter begins another file, counted from the creation of the file; 1 s to 10 years, default nil: no
  /// limit. It counts when a line is written, since an idle process does nothing. A file system that doesn't keep the
  /// creation's time counts from the first line of this process.
  public var maxFileAge: Duration?

  /// The number of finished files that are kept beside the one that is written; 0 to 100,000, default nil: all. The oldest are
  /// deleted when the exporter begins another file.
  public var maxFiles: Int?

  /// When the data is forced to the disk; default ``Durability/system``.
  public var durability = Durability.system

  /// The permission bits of a new file, from which the system takes the process's umask: at least `0o600`, at most `0o777`;
  /// default `0o600`, since telemetry may tell more than all users of a machine should read. A file that exists keeps its own.
  public var permissions: UInt16 = 0o600

  /// The default values.
  public init() { output = .standardOutput }

  /// The default values with a file; the preferred extension is `.jsonl` (RULES 3.4.1).
  public init(path: String) { output = .file(path) }

  /// Checks all values. Whether the file can be written is found out when the exporter is made.
  /// - Throws: A `ConfigurationError` that names the first value out of range.
  public func validate() throws(ConfigurationError) {
    try output.validate()
    try ConfigurationError.require("maxFileSize", maxFileSize ?? 1024, in: 1024...(1 << 40))
    let years = Duration.seconds(10 * 366 * 86_400)
    guard (.seconds(1)...years).contains(maxFileAge ?? .seconds(1)) else {
      throw ConfigurationError(
        option: "maxFileAge", value: "\(maxFileAge ?? .zero)", allowed: "1 s to 10 years, or nil")
    }
    try ConfigurationError.require("maxFiles", maxFiles ?? 0, in: 0...100_000)
    guard permissions & 0o600 == 0o600, permissions <= 0o777 else {
      throw ConfigurationError(
        option: "permissions", value: "0o" + String(permissions, radix: 8), allowed: "0o600 to 0o777, with 0o600 in it")
    }
    if maxFiles != nil, !rotates {
      throw ConfigurationError(
        option: "maxFiles", value: "\(maxFiles ?? 0)", allowed: "nil without maxFileSize or maxFileAge")
    }
    if rotates, !output.isPath {
      throw ConfigurationError(
        option: maxFileSize == nil ? "maxFileAge" : "maxFileSize",
        value: maxFileSize.map { "\($0)" } ?? "\(maxFileAge!)",
        allowed: "nil for \(output)")
    }
  }

  /// The same with a path that doesn't depend on the working directory, which a daemon changes.
  var fixed: OTLPFileConfiguration {
    guard case .file(let path) = output.kind, !path.hasPrefix("/"), let folder = FileSystem.workingDirectory else {
      return self
    }
    var result = self
    result.output = .file(folder + (folder.hasSuffix("/") ? "" : "/") + path)
    return result
  }

  /// True if the exporter begins another file at some time.
  var rotates: Bool { maxFileSize != nil || maxFileAge != nil }
}

extension OTLPFileConfiguration {
  /// The output of an exporter.
  public struct Output: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
      case file(String)
      case descriptor(Int32)
    }

    let kind: Kind

    /// Standard output, file descriptor 1.
    public static let standardOutput = Output(kind: .descriptor(1))

    /// A file by its path, which is made if it doesn't exist; its folder must. Lines are appended. It may also be a FIFO or a
    /// device, which isn't shared with another exporter. A relative path counts from the working directory at the start.
    public static func file(_ path: String) -> Output { Output(kind: .file(path)) }

    /// An open file descriptor, 0 or above, such as that of a pipe. The exporter doesn't close it.
    public static func descriptor(_ descriptor: Int32) -> Output { Output(kind: .descriptor(descriptor)) }

    /// The path, `standard output`, or the descriptor's number.
    public var description: String {
      switch kind {
      case .file(let path): path.sanitized()
      case .descriptor(1): "standard output"
      case .descriptor(let number): "descriptor \(number)"
      }
    }

    var isPath: Bool { if case .file = kind { true } else { false } }

    func validate() throws(ConfigurationError) {
      switch kind {
      case .file(let path):
        guard !path.isEmpty, !path.utf8.contains(0) else {
          throw ConfigurationError(
            option: "output", value: path.sanitized(), allowed: "a path that isn't empty and has no NUL byte")
        }
      case .descriptor(let number):
        try ConfigurationError.require("output", number, in: 0...Int32.max)
      }
    }
  }

  /// When data is forced to the disk.
  public struct Durability: Sendable, Hashable, CustomStringConvertible {
    /// `system` or `eachBatch`.
    public let description: String

    /// When the system does it, by itself: what was counted as exported outlives the process, also if it is killed, but the last
    /// seconds don't outlive a power failure.
    public static let system = Durability(description: "system")

    /// Before a batch counts as exported, by `fdatasync`, which takes milliseconds or more. What was counted as exported outlives
    /// a power failure.
    public static let eachBatch = Durability(description: "eachBatch")
  }
}
