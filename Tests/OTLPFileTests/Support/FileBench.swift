import Glibc
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestSupport

@testable import OTLPFile

/// A folder with a file, and an exporter's messages.
final class FileBench: Sendable {
  let folder: String
  let events = Mutex<[DiagnosticEvent]>([])
  private let clock = Atomic<UInt64>(1_796_054_814_000_000_000)

  init() throws { folder = try TestFiles.makeDirectory() }

  deinit { TestFiles.remove(folder) }

  var path: String { folder + "/traces.jsonl" }

  /// The wall clock of exporters, which stands still.
  func advance(by seconds: UInt64) { clock.add(seconds * 1_000_000_000, ordering: .relaxed) }

  func set(_ time: UInt64) { clock.store(time, ordering: .relaxed) }

  func exporter(
    _ change: (inout OTLPFileConfiguration) -> Void = { _ in }, path: String? = nil
  ) throws -> OTLPFileSpanExporter {
    var configuration = OTLPFileConfiguration(path: path ?? self.path)
    change(&configuration)
    let diagnostics = Diagnostics { [weak self] event in self?.events.withLock { $0.append(event) } }
    return try OTLPFileExporter(configuration, diagnostics: diagnostics) { [self] in clock.load(ordering: .relaxed) }
  }

  func messages() -> [String] { events.withLock { $0.map(\.description) } }

  /// The spans of all lines of a file; nil if a line isn't whole.
  static func spans(in path: String) -> [SpanData]? {
    let bytes = TestFiles.bytes(path)
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else { return nil }
    var spans: [SpanData] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
      guard let more = try? OTLPJSON.decode(Array(line)) else { return nil }
      spans += more
    }
    return spans
  }

  /// Spans of the standard workload.
  static func spans(_ range: Range<Int>) -> [SpanData] {
    let workload = StandardWorkload()
    return range.map { workload.span($0) }
  }
}

extension OTLPFileExporter where Item == SpanData {
  func export(_ spans: [SpanData], within limit: Duration = Loopback.patience) async -> ExportOutcome {
    await export(SpanBatch(spans), deadline: .after(limit))
  }
}
