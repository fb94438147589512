internal import Glibc

/// Files and folders for tests.
package enum TestFiles {
  /// The folder of the package.
  package static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// The folder of the running program, which also holds the built products.
  package static let products: String = {
    let path = target(of: "/proc/self/exe")
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }()

  /// The path that a symbolic link has.
  private static func target(of link: String) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(link, &buffer, buffer.count - 1)
    return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path of a certificate that `Fixtures/make_certificates.sh` makes.
  package static func certificate(_ name: String) -> String { "\(certificates)/\(name)" }

  private static let certificates: String = {
    let folder = root + "/Fixtures/TLS"
    precondition(system("'\(root)/Fixtures/make_certificates.sh' '\(folder)'") == 0, "no test certificates")
    return folder
  }()

  /// A folder for the files of this process, which is removed when the process exits.
  package static let temporary: String = {
    let base = variable("TMPDIR") ?? "/tmp"
    guard let folder = make("\(base)/swift-otlp-test-XXXXXX") else { preconditionFailure("\(base): errno \(errno)") }
    // A program that becomes another user, as squid does, must reach its folder inside.
    chmod(folder, 0o711)
    atexit { TestFiles.remove(TestFiles.temporary) }
    return folder
  }()

  /// Makes a folder in ``temporary``.
  package static func makeDirectory() throws -> String {
    guard let folder = make("\(temporary)/XXXXXX") else {
      throw ChildProcess.Failure(description: "mkdtemp: errno \(errno)")
    }
    return folder
  }

  private static func make(_ template: String) -> String? {
    guard let template = strdup(template) else { return nil }
    defer { free(template) }
    return mkdtemp(template).map { String(cString: $0) }
  }

  /// Removes a folder and its contents.
  package static func remove(_ directory: String) {
    for name in names(in: directory, hidden: true) {
      let path = directory + "/" + name
      if unlink(path) != 0, errno == EISDIR || errno == EPERM { remove(path) }
    }
    rmdir(directory)
  }

  /// The names of a folder's files, sorted; empty if the folder is missing.
  package static func names(in directory: String, hidden: Bool = false) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") || hidden && name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The number of threads of this process with this prefix.
  package static func threads(named prefix: String) -> Int {
    names(in: "/proc/self/task").count { read("/proc/self/task/\($0)/comm").hasPrefix(prefix) }
  }

  /// A file's text; empty if the file is missing.
  package static func read(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

  /// A file's bytes; empty if the file is missing.
  package static func bytes(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk.prefix(count)
    }
    return bytes
  }

  package static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  package static func write(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw ChildProcess.Failure(description: "\(path): errno \(errno)") }
    defer { close(file) }
    _ = Glibc.write(file, bytes, bytes.count)
  }

  /// True if this process has the file open.
  package static func isOpen(_ path: String) -> Bool {
    names(in: "/proc/self/fd").contains { target(of: "/proc/self/fd/\($0)") == path }
  }

  package static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  package static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  package static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
