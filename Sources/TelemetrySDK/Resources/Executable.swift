internal import OTLPSystem

/// The file that this process runs.
enum Executable {
  /// The name without folders; nil if it is unknown.
  static var name: String? {
    (path ?? CommandLine.arguments.first)?.split(separator: "/").last.map(String.init)
  }

  /// The full path; nil where the system doesn't tell it.
  static var path: String? {
    #if os(Linux)
      let path = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        let count = unsafe max(0, readlink("/proc/self/exe", start, buffer.count))
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
      }
      return path.isEmpty ? nil : path
    #else
      return CommandLine.arguments.first.flatMap { $0.hasPrefix("/") ? $0 : nil }
    #endif
  }
}
