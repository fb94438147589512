internal import OTLPSystem

/// The machine: `host.name`, `host.id` and `host.arch`.
public struct HostDetector: ResourceDetector {
  private let files: DetectorFiles

  /// Makes a detector.
  public init() { self.init(files: .system) }

  init(files: DetectorFiles) { self.files = files }

  /// The name from the system, and the id from `machine-id` on Linux.
  public func detect() -> Resource {
    resource([
      "host.name": Self.name.map { .string($0) },
      "host.id": (files.line("/etc/machine-id") ?? files.line("/var/lib/dbus/machine-id")).map { .string($0) },
      "host.arch": Self.architecture.map { .string($0) },
    ])
  }

  private static var name: String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 257) { buffer in
      unsafe buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress, unsafe gethostname(start, buffer.count - 1) == 0 else { return nil }
      let name = unsafe String(cString: start)
      return name.isEmpty ? nil : name
    }
  }

  private static var architecture: String? {
    #if arch(x86_64)
      "amd64"
    #elseif arch(arm64)
      "arm64"
    #elseif arch(arm)
      "arm32"
    #elseif arch(i386)
      "x86"
    #elseif arch(powerpc64le)
      "ppc64"
    #elseif arch(s390x)
      "s390x"
    #else
      nil
    #endif
  }
}
