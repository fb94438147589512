internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// A regular file with whole lines only.
///
/// ```
///  open ─▶ lock ─▶ is the file still the path's? ─▶ mend a torn line ─▶ is another file due? ─▶ write ─▶ unlock
///   ▲              │ no: moved or deleted                               │ yes: rename
///   └──────────────┴────────────────────────────────────────────────────┘
/// ```
///
/// Several processes may write: each holds the file's lock while it writes, and a line that can't be written whole is taken back
/// under the lock.
final class FileOutput: LineOutput {
  private let configuration: OTLPFileConfiguration
  private let path: String
  private let name: String
  private let signal: OTLPSignal
  private let diagnostics: Diagnostics
  private let now: @Sendable () -> UInt64
  private let file = Mutex<OpenFile?>(nil)
  /// The last rotation failed.
  private let isGrowing = Atomic(false)

  /// - Parameter now: The wall clock in nanoseconds since 1970.
  init(
    _ configuration: OTLPFileConfiguration, path: String, _ signal: OTLPSignal, _ diagnostics: Diagnostics,
    now: @escaping @Sendable () -> UInt64
  ) {
    self.configuration = configuration
    self.path = path
    name = path.sanitized()
    self.signal = signal
    self.diagnostics = diagnostics
    self.now = now
  }

  deinit { close() }

  func open() throws(FileFailure) {
    try file.withLock { (file) throws(FileFailure) in
      if file == nil { file = try opened() }
    }
  }

  func write(_ line: FileLine, by deadline: Deadline) throws(FileFailure) {
    let text = line.text
    try file.withLock { (file) throws(FileFailure) in
      do throws(FileFailure) {
        try write(text, &file, deadline)
      } catch {
        // The next attempt opens the path again: the disk may have been replaced.
        close(&file)
        throw error
      }
    }
  }

  func synchronize() throws(FileFailure) {
    try file.withLock { (file) throws(FileFailure) in
      guard let descriptor = file.flatMap({ $0.isOpen ? $0.descriptor : nil }) else { return }
      try named { () throws(SystemError) in try FileSystem.synchronize(descriptor) }
    }
  }

  func close() { file.withLock { close(&$0) } }

  private func close(_ file: inout sending OpenFile?) {
    file?.close()
    file = nil
  }

  // MARK: Writing

  private func write(
    _ text: BufferSlice, _ file: inout sending OpenFile?, _ deadline: Deadline
  ) throws(FileFailure) {
    while true {
      var current: OpenFile
      if let file, file.isOpen { current = file } else { current = try opened() }
      file = current
      guard try write(text, &current, deadline) else {
        close(&file)
        continue
      }
      file = current
      return
    }
  }

  /// - Returns: False if the path leads to another file, or must lead to another one now.
  private func write(_ text: BufferSlice, _ file: inout OpenFile, _ deadline: Deadline) throws(FileFailure) -> Bool {
    try named { () throws(SystemError) in try FileSystem.lock(file.descriptor, by: deadline) }
    defer { FileSystem.unlock(file.descriptor) }
    let isReady = try named { () throws(SystemError) in
      guard try file.isPath(path) else { return false }
      try mend(&file)
      return true
    }
    guard isReady else { return false }
    try checkSignal(of: &file)
    let policy = RotationPolicy(configuration)
    if policy.isDue(size: file.size, line: text.count, created: file.created, now: now()), rotate() { return false }
    try named { () throws(SystemError) in
      try file.append(text, isForced: configuration.durability == .eachBatch)
    }
    return true
  }

  private func opened() throws(FileFailure) -> OpenFile {
    var (file, isNew) = try named { () throws(SystemError) in
      try OpenFile.open(path, permissions: configuration.permissions, now: now())
    }
    do throws(FileFailure) {
      if isNew, configuration.durability == .eachBatch {
        try named { () throws(SystemError) in try FileSystem.synchronizeFolder(RotatedName(path).folderPath) }
      }
      try checkSignal(of: &file)
      return file
    } catch {
      file.close()
      throw error
    }
  }

  /// Another exporter may have written the first line since the file was opened.
  private func checkSignal(of file: inout OpenFile) throws(FileFailure) {
    let other = try named { () throws(SystemError) in try file.otherSignal(signal) }
    if let other { throw FileFailure(OTLPFileError(name, "it holds \(other), and a file holds one signal")) }
  }

  /// Names the file in an error.
  private func named<Value>(_ body: () throws(SystemError) -> Value) throws(FileFailure) -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      throw FileFailure(name, error)
    }
  }

  /// Mends the end of a file that another process, or this one in an earlier life, left behind.
  private func mend(_ file: inout OpenFile) throws(SystemError) {
    guard let remedy = try file.mend() else { return }
    let what =
      switch remedy {
      case .cut: "a line that an ended process had not completed was removed; its items were never counted as exported"
      case .breakLine: "the last line of the file had no line break, which was added"
      }
    diagnostics.emit(.warning, what, [("file", name)])
  }

  // MARK: Rotation

  /// Gives the file, whose lock this process holds, the name of a finished one, and deletes the oldest.
  /// - Returns: False if the file can't be renamed: then it is written further.
  private func rotate() -> Bool {
    let names = RotatedName(path)
    do throws(SystemError) {
      let finished = names.finished(among: try FileSystem.names(in: names.folderPath))
      let next = names.name(at: now(), after: finished)
      try FileSystem.rename(path, to: names.folder + next)
      isGrowing.store(false, ordering: .relaxed)
      removeOldest(of: finished + [next], in: names)
      return true
    } catch {
      // Every line tries it again.
      let isFirst = !isGrowing.exchange(true, ordering: .relaxed)
      diagnostics.emit(
        isFirst ? .warning : .debug, "the file can't be renamed, and grows beyond its limit",
        [("file", name), ("error", "\(error)")])
      return false
    }
  }

  private func removeOldest(of finished: [String], in names: RotatedName) {
    guard let most = configuration.maxFiles, finished.count > most else { return }
    for old in finished.prefix(finished.count - most) {
      do throws(SystemError) {
        try FileSystem.remove(names.folder + old)
      } catch {
        // Another process may have deleted it.
        if error.code == ENOENT { continue }
        diagnostics.emit(
          .warning, "an old file can't be deleted",
          [("file", (names.folder + old).sanitized()), ("error", "\(error)")])
      }
    }
  }
}
