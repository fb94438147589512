internal import OTLPSystem
internal import TelemetryCore

/// A write that failed. Nothing of the line stands in a regular file.
struct FileFailure: Error {
  let error: OTLPFileError
  /// True if no later attempt can succeed: the descriptor has no reader, or is closed.
  var isFinal = false
  /// True if the output took some of the bytes: it is slow, not down.
  var madeProgress = false

  init(_ error: OTLPFileError, isFinal: Bool = false, madeProgress: Bool = false) {
    self.error = error
    self.isFinal = isFinal
    self.madeProgress = madeProgress
  }

  init(_ output: String, _ cause: SystemError) { self.init(OTLPFileError(output, cause)) }

  /// The plain words for an `errno` value; some depend on the call.
  static let words: [Int32: @Sendable (String) -> String] = [
    ENOSPC: { _ in "the disk is full" },
    EDQUOT: { _ in "the disk quota is used up" },
    EFBIG: { _ in "the file has the largest size that the system allows" },
    ENOENT: { _ in "the folder doesn't exist" },
    ENOTDIR: { _ in "a part of the path is no folder" },
    EISDIR: { _ in "it is a folder, not a file" },
    EACCES: { _ in "no permission to write the file, or to search its folder" },
    EPERM: { _ in "the system doesn't permit it" },
    EROFS: { _ in "the file system is read-only" },
    ENAMETOOLONG: { _ in "the path is too long" },
    ELOOP: { _ in "the path has too many symbolic links" },
    ENXIO: { _ in "nothing reads the FIFO" },
    EPIPE: { _ in "nothing reads the pipe any more" },
    EBADF: { _ in "it isn't open for writing" },
    ETIMEDOUT: { $0 == "flock" ? "another process holds the file" : "the reader takes no bytes" },
    EIO: { _ in "the disk fails" },
    EMFILE: { _ in "the process has too many open files" },
    ENFILE: { _ in "the system has too many open files" },
  ]
}
