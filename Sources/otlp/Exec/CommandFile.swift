internal import OTLPSystem

/// Finds the file of a command as execvp(3) does.
package enum CommandFile {
  /// The path of the first executable file that the command means.
  /// - Parameter searchPath: The value of `PATH`; nil for the system's folders.
  package static func path(of program: String, searchPath: String?) -> String? {
    if program.contains("/") { return isExecutable(program) ? program : nil }
    guard !program.isEmpty else { return nil }
    let folders = (searchPath ?? "/bin:/usr/bin").split(separator: ":", omittingEmptySubsequences: false)
    // An empty entry is the current folder.
    return folders.lazy.map { ($0.isEmpty ? "." : $0) + "/" + program }.first(where: isExecutable)
  }

  /// The absolute path of a file; nil if the file doesn't exist.
  package static func absolute(_ path: String) -> String? {
    if path.hasPrefix("/") { return path }
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(validatingCString: resolved)
  }

  private static func isExecutable(_ path: String) -> Bool {
    var info = stat()
    guard unsafe stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return false }
    return unsafe access(path, X_OK) == 0
  }
}
