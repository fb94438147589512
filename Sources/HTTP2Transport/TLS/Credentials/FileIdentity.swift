internal import OTLPSystem

/// The metadata that differ between two states of a file, so that changes are found without reading the file.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64 = 0
  var inode: UInt64 = 0
  var size: Int64 = 0
  /// The time of the last change of the contents, in nanoseconds.
  var modified: Int64 = 0
  /// The time of the last change of contents or metadata: new permissions may make a file readable.
  var changed: Int64 = 0
}

extension FileIdentity {
  /// Examines the file at `path`, following links. Blocks. Nil if there is no file.
  ///
  /// All pipes have the same identity, because a pipe can be read only once.
  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT != S_IFIFO else {
      self.init()
      return
    }
    #if canImport(Darwin)
      let (modification, change) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (modification, change) = (status.st_mtim, status.st_ctim)
    #endif
    self.init(
      device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
      size: Int64(status.st_size), modified: FileIdentity.nanoseconds(modification),
      changed: FileIdentity.nanoseconds(change))
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
