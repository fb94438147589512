internal import OTLPSystem

/// The process: id, parent's id, executable, owner and runtime; on demand the arguments.
public struct ProcessDetector: ResourceDetector {
  private let files: DetectorFiles
  private let includesArguments: Bool

  /// Makes a detector.
  /// - Parameter includesArguments: True to add `process.command_args` to the attributes. False by default, since
  ///   arguments may hold secrets.
  public init(includesArguments: Bool = false) { self.init(includesArguments: includesArguments, files: .system) }

  init(includesArguments: Bool = false, files: DetectorFiles) {
    self.includesArguments = includesArguments
    self.files = files
  }

  /// The attributes `process.…`.
  public func detect() -> Resource {
    resource([
      "process.pid": .int(Int64(getpid())),
      "process.parent_pid": .int(Int64(getppid())),
      "process.executable.name": Executable.name.map { .string($0) },
      "process.executable.path": Executable.path.map { .string($0) },
      "process.command": CommandLine.arguments.first.map { .string($0) },
      "process.command_args": includesArguments ? AttributeValue(CommandLine.arguments) : nil,
      "process.owner": owner.map { .string($0) },
      "process.runtime.name": "swift",
    ])
  }

  /// The user's name in `/etc/passwd`: the system's own look-up may ask a server and wait for it.
  private var owner: String? {
    let user = String(geteuid())
    for line in files.contents("/etc/passwd")?.split(whereSeparator: \.isNewline) ?? [] {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count > 2, fields[2] == user, !fields[0].isEmpty { return String(fields[0]) }
    }
    return nil
  }
}
