#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What tells one state of a file from the next, without reading it.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64
  var size: Int64
  /// When the contents last changed, in nanoseconds.
  var modified: Int64
  /// When anything of it last changed, permissions too: a file that may be read from now on is another.
  var changed: Int64

  init(device: UInt64 = 0, inode: UInt64 = 0, size: Int64 = 0, modified: Int64 = 0, changed: Int64 = 0) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  /// The file that `path` leads to, through links, now; nil if there is none. Blocks.
  ///
  /// A pipe can be read only once, and what is in it changes by that: it is always the same.
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

/// The files of one TLS configuration, as they were at one moment, in a fixed order; nil stands for one that is missing.
struct TLSFileSet: Hashable, Sendable {
  var files: [FileIdentity?]

  init(_ files: [FileIdentity?]) { self.files = files }

  /// How the files are now. Blocks.
  init(of configuration: TLSConfiguration) { files = configuration.paths.map { FileIdentity(path: $0) } }
}
