internal import OTLPFile
internal import OTLPSystem
internal import OTLPTesting
package import TelemetryCore
package import TelemetrySDK

/// The files of `otlp receive --output`: a folder with a file for each signal, a file for one signal, or standard output for all.
///
/// A line is written before its request is answered, so acknowledged items survive the end of the process. The files are forced to
/// disk only at the end, because that takes milliseconds: a power failure can lose the last seconds.
package final class SignalFiles: Sendable {
  /// When another file begins.
  package struct Rotation: Sendable {
    package var maxFileSize: Int?
    package var maxFileAge: Duration?
    package var maxFiles: Int?

    package init() {}
  }

  /// The name for messages.
  package let name: String
  private let spans: OTLPFileWriter<SpanData>?
  private let metrics: OTLPFileWriter<Metric>?
  private let logRecords: OTLPFileWriter<LogRecord>?

  /// Opens the files.
  /// - Parameters:
  ///   - path: A folder, which is made if the path ends with a slash; a file; or `-` for standard output.
  ///   - signal: The only signal that is taken; nil for all, or traces for a file.
  package init(_ path: String, signal: OTLPSignal?, _ rotation: Rotation, diagnostics: Diagnostics) throws(ToolError) {
    let place = try Place(path)
    try Self.check(rotation, place)
    name = place.name
    let taken: [OTLPSignal] = signal.map { [$0] } ?? (place.isFile ? [.traces] : [.traces, .metrics, .logs])
    func open<Item: BatchItem>(_ type: Item.Type) throws(ToolError) -> OTLPFileWriter<Item>? {
      guard taken.contains(Item.signal) else { return nil }
      try place.checkContent(for: Item.signal)
      return try Self.open(place.output(for: Item.signal), rotation, diagnostics)
    }
    spans = try open(SpanData.self)
    metrics = try open(Metric.self)
    logRecords = try open(LogRecord.self)
  }

  private static func open<Item: BatchItem>(
    _ output: OTLPFileConfiguration.Output, _ rotation: Rotation, _ diagnostics: Diagnostics
  ) throws(ToolError) -> OTLPFileWriter<Item> {
    var configuration = OTLPFileConfiguration()
    configuration.output = output
    configuration.maxFileSize = rotation.maxFileSize
    configuration.maxFileAge = rotation.maxFileAge
    configuration.maxFiles = rotation.maxFiles
    configuration.permissions = 0o644
    do {
      return try OTLPFileWriter(configuration, diagnostics: diagnostics)
    } catch let error as ConfigurationError {
      throw ToolError(usage: error.renamed(Self.option(error.option)))
    } catch let error as OTLPFileError {
      throw ToolError(.configuration, "--output: \(Redaction.shown(error.output)): \(error.words)")
    } catch {
      throw ToolError(.configuration, "--output: \(error)")
    }
  }

  /// Refuses options for rotation that have no effect.
  private static func check(_ rotation: Rotation, _ place: Place) throws(ToolError) {
    let begins =
      rotation.maxFileSize.map { ("--max-file-size", "\($0)") }
      ?? rotation.maxFileAge.map { ("--max-file-age", $0.shortText) }
    if let (option, value) = begins, case .standardOutput = place {
      throw ToolError(
        usage: ConfigurationError(option: option, value: value, allowed: "with a file or a folder, not with --output -")
      )
    }
    if let count = rotation.maxFiles, begins == nil {
      throw ToolError(
        usage: ConfigurationError(
          option: "--max-files", value: "\(count)", allowed: "with --max-file-size or --max-file-age, which begin files"
        ))
    }
  }

  private static func option(_ property: String) -> String {
    ["maxFileSize": "--max-file-size", "maxFileAge": "--max-file-age", "maxFiles": "--max-files"][property]
      ?? "--output"
  }

  /// The signals that are taken, as a text.
  var signals: String {
    [OTLPSignal.traces, .metrics, .logs].filter(takes).map { "\($0)" }.joined(separator: ", ")
  }

  package func takes(_ signal: OTLPSignal) -> Bool {
    switch signal {
    case .traces: spans != nil
    case .metrics: metrics != nil
    case .logs: logRecords != nil
    }
  }

  /// Writes the items of a request as a line. Removes an incomplete line from a regular file.
  /// - Returns: The error; nil if the line was written.
  func append(_ request: LoopbackCollector.Request) -> String? {
    // A reader of standard output that has stopped reading doesn't keep the command from its end.
    let isStopped: @Sendable () -> Bool = { StopSignal.shared.isRequested }
    do throws(OTLPFileError) {
      try spans?.append(request.spans, isStopped: isStopped)
      try metrics?.append(request.metrics, isStopped: isStopped)
      try logRecords?.append(request.logRecords, isStopped: isStopped)
      return nil
    } catch {
      return error.words
    }
  }

  /// Forces the files to disk.
  /// - Returns: The error; nil after a success.
  package func finish() -> String? {
    do throws(OTLPFileError) {
      try spans?.synchronize()
      try metrics?.synchronize()
      try logRecords?.synchronize()
      return nil
    } catch {
      return error.words
    }
  }
}

extension OTLPFileError {
  /// The reason and the system's text, without the file.
  fileprivate var words: String { reason + (cause.map { " (\(SystemError.text(of: $0.code)))" } ?? "") }
}

/// Where the files are.
private enum Place {
  case folder(String)
  case file(String)
  case standardOutput

  init(_ path: String) throws(ToolError) {
    if path == "-" {
      self = .standardOutput
    } else if path.hasSuffix("/") || Self.isFolder(path) {
      if !Self.isFolder(path), unsafe mkdir(path, 0o755) != 0 { throw Self.unmade(path, errno) }
      self = .folder(path.hasSuffix("/") ? path : path + "/")
    } else {
      self = .file(path)
    }
  }

  /// The failure to make a folder. One folder is made, not those above it.
  private static func unmade(_ path: String, _ code: Int32) -> ToolError {
    var parent = path[...]
    while parent.hasSuffix("/") { parent = parent.dropLast() }
    parent = parent[..<(parent.lastIndex(of: "/") ?? parent.startIndex)]
    let reason =
      code == ENOENT && !parent.isEmpty
      ? "the folder \(Redaction.shown(String(parent))) doesn't exist" : SystemError.text(of: code)
    return ToolError(.configuration, "--output: \(Redaction.shown(path)): \(reason)")
  }

  /// Refuses a file of another kind, such as a database: a line would damage it.
  func checkContent(for signal: OTLPSignal) throws(ToolError) {
    guard let path = path(for: signal), let first = Self.firstByte(of: path) else { return }
    // A power failure can leave zeros, which are removed.
    guard first != UInt8(ascii: "{"), first != 0 else { return }
    let name = Redaction.shown(path)
    let reason = "the file holds something else than lines of JSON, and is left alone"
    throw ToolError(.configuration, "--output: \(name): \(reason)")
  }

  /// The first byte of a regular file; nil if there is none, or it can't be read.
  private static func firstByte(of path: String) -> UInt8? {
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    var byte: UInt8 = 0
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      unsafe read(descriptor, &byte, 1) == 1
    else { return nil }
    return byte
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  var isFile: Bool { if case .file = self { true } else { false } }

  var name: String {
    switch self {
    case .folder(let path), .file(let path): Redaction.shown(path)
    case .standardOutput: "standard output"
    }
  }

  private func path(for signal: OTLPSignal) -> String? {
    switch self {
    case .folder(let path): "\(path)\(signal).jsonl"
    case .file(let path): path
    case .standardOutput: nil
    }
  }

  func output(for signal: OTLPSignal) -> OTLPFileConfiguration.Output {
    path(for: signal).map { .file($0) } ?? .standardOutput
  }
}
