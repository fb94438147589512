import Glibc
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPFile

@Suite(.ownThreads) struct OTLPFileExporterTests {
  @Test func aBatchIsALine() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter()
    let spans = FileBench.spans(0..<40)
    #expect(await exporter.export(Array(spans[..<30])).exported == 30)
    let outcome = await exporter.export(Array(spans[30...]))
    #expect(outcome.exported == 10 && outcome.attempts == 1 && outcome.dropped.isEmpty)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    #expect(FileBench.spans(in: bench.path) == spans)
    let text = TestFiles.read(bench.path)
    #expect(text.count { $0 == "\n" } == 2 && text.hasPrefix("{\"resourceSpans\":["))
    var status = stat()
    #expect(stat(bench.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(await exporter.export(spans).dropped == [.shutdown: 40])
    #expect(bench.messages().isEmpty)
  }

  @Test func anEmptyBatchWritesNothing() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter()
    #expect(await exporter.export([]).attempts == 0)
    #expect(TestFiles.bytes(bench.path).isEmpty)
  }

  @Test func linesAreAppendedToAnEarlierFile() async throws {
    let bench = try FileBench()
    for index in 0..<3 {
      let exporter = try bench.exporter()
      #expect(await exporter.export(FileBench.spans(index..<index + 1)).exported == 1)
      await exporter.shutdown(deadline: .after(Loopback.patience))
    }
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(0..<3))
  }

  @Test("a file that can't be written is named at once")
  func unusableFiles() throws {
    let bench = try FileBench()
    func reason(_ path: String) -> String? {
      do {
        _ = try bench.exporter(path: path)
        return nil
      } catch let error as OTLPFileError {
        #expect(error.output == path)
        return error.description
      } catch {
        return "\(error)"
      }
    }
    #expect(reason(bench.folder) == "\(bench.folder): it is a folder, not a file")
    let missing = bench.folder + "/none/x.jsonl"
    #expect(reason(missing) == "\(missing): the folder doesn't exist (open: No such file or directory)")
    try TestFiles.write("x", to: bench.path)
    let beneath = bench.path + "/x.jsonl"
    #expect(reason(beneath) == "\(beneath): a part of the path is no folder (open: Not a directory)")
    // Also the superuser can't make a file there.
    #expect(reason("/sys/x.jsonl")?.contains("no permission to write the file") == true)
    #expect(reason(bench.folder + "/" + String(repeating: "n", count: 300))?.contains("the path is too long") == true)
    try TestFiles.write("{\"resourceLogs\":[]}\n", to: bench.path)
    #expect(reason(bench.path) == "\(bench.path): it holds logs, and a file holds one signal")
    #expect(TestFiles.read(bench.path) == "{\"resourceLogs\":[]}\n")
  }

  @Test("of two signals for one empty file the first line decides, and the other signal is refused (3.4.2)")
  func twoSignals() async throws {
    let bench = try FileBench()
    let spans = try bench.exporter()
    let logs = try OTLPFileExporter<LogRecord>(OTLPFileConfiguration(path: bench.path), diagnostics: .silent)
    let records = LogRecordBatch([LogRecord(body: "a")])
    #expect(await spans.export(FileBench.spans(0..<1)).exported == 1)
    let refused = await logs.export(records, deadline: .after(.milliseconds(200)))
    #expect(refused.exported == 0 && refused.dropped.values.reduce(0, +) == 1)
    #expect(await spans.export(FileBench.spans(1..<2)).exported == 1)
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(0..<2))
    // A file of its own in its place ends the mistake.
    #expect(unlink(bench.path) == 0)
    #expect(await logs.export(records, deadline: .after(Loopback.patience)).exported == 1)
    #expect(TestFiles.read(bench.path).hasPrefix("{\"resourceLogs\""))
  }

  @Test("a file that is emptied belongs to the signal of its next line (3.4.2)")
  func emptied() async throws {
    let bench = try FileBench()
    let spans = try bench.exporter()
    let logs = try OTLPFileExporter<LogRecord>(OTLPFileConfiguration(path: bench.path), diagnostics: .silent)
    // With the second line the exporter knows the first.
    #expect(await spans.export(FileBench.spans(0..<1)).exported == 1)
    #expect(await spans.export(FileBench.spans(1..<2)).exported == 1)
    #expect(truncate(bench.path, 0) == 0)
    let records = LogRecordBatch([LogRecord(body: "a")])
    #expect(await logs.export(records, deadline: .after(Loopback.patience)).exported == 1)
    let refused = await spans.export(FileBench.spans(2..<3), within: .milliseconds(200))
    #expect(refused.exported == 0 && refused.dropped.values.reduce(0, +) == 1)
    #expect(!TestFiles.read(bench.path).contains("resourceSpans"))
  }

  @Test func theTornLineOfAnEarlierRunIsRemoved() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter()
    _ = await exporter.export(FileBench.spans(0..<1))
    let whole = TestFiles.read(bench.path)
    try TestFiles.write(whole + whole.dropLast(40), to: bench.path)
    #expect(await exporter.export(FileBench.spans(1..<2)).exported == 1)
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(0..<2))
    #expect(bench.messages().first?.hasPrefix("a line that an ended process had not completed was removed") == true)
  }

  @Test func aLineOfAnotherProgramStays() async throws {
    let bench = try FileBench()
    try TestFiles.write("a note", to: bench.path)
    let exporter = try bench.exporter()
    #expect(await exporter.export(FileBench.spans(0..<1)).exported == 1)
    #expect(TestFiles.read(bench.path).hasPrefix("a note\n{\"resourceSpans\""))
    #expect(bench.messages().first?.hasPrefix("the last line of the file had no line break") == true)
  }

  @Test("what counts as exported is forced to the disk if the durability says so")
  func forced() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter { $0.durability = .eachBatch }
    #expect(await exporter.export(FileBench.spans(0..<3)).exported == 3)
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(0..<3))
  }

  @Test func aFileThatIsMovedAwayIsMadeAgain() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter()
    _ = await exporter.export(FileBench.spans(0..<1))
    #expect(rename(bench.path, bench.folder + "/old") == 0)
    #expect(await exporter.export(FileBench.spans(1..<2)).exported == 1)
    #expect(FileBench.spans(in: bench.folder + "/old") == FileBench.spans(0..<1))
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(1..<2))
    #expect(unlink(bench.path) == 0)
    #expect(await exporter.export(FileBench.spans(2..<3)).exported == 1)
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(2..<3))
  }

  @Test("an exporter that is released without shutdown closes its file")
  func releaseClosesTheFile() async throws {
    let bench = try FileBench()
    for index in 0..<3 {
      #expect(await (try bench.exporter()).export(FileBench.spans(index..<index + 1)).exported == 1)
    }
    // The thread that wrote the last line may hold the file for a moment.
    #expect(await Loopback.wait { !TestFiles.isOpen(bench.path) })
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(0..<3))
  }

  @Test("a relative path counts from the working directory at the start, also before the file exists")
  func relativePath() throws {
    let name = "swift-otlp-\(UInt64.random(in: 0 ... .max)).jsonl"
    var buffer = [CChar](repeating: 0, count: 4096)
    let folder = try #require(getcwd(&buffer, buffer.count).map { String(cString: $0) })
    #expect(OTLPFileConfiguration(path: name).fixed.output == .file(folder + "/" + name))
    #expect(OTLPFileConfiguration(path: "/tmp/" + name).fixed.output == .file("/tmp/" + name))
    #expect(OTLPFileConfiguration().fixed == OTLPFileConfiguration())
  }

  @Test("the deepest values of every signal have a JSON form")
  func deepValues() async throws {
    let bench = try FileBench()
    var value = AttributeValue.int(1)
    for _ in 0..<40 { value = .map(["k": value]) }
    let attributes: Attributes = ["k": value]
    let exemplar = Metric.Exemplar(.int(1), timeUnixNano: 1, filteredAttributes: attributes)
    let point = Metric.ExponentialHistogramDataPoint(
      attributes: attributes, timeUnixNano: 1, count: 1, scale: 1, exemplars: [exemplar])
    let metric = Metric(
      name: "m", data: .exponentialHistogram(.init([point], temporality: .delta)), resource: Resource(attributes),
      scope: InstrumentationScope(name: "s", attributes: attributes))
    let exporter = try OTLPFileExporter<Metric>(.init(path: bench.path))
    #expect(await exporter.export(MetricBatch([metric]), deadline: .after(Loopback.patience)).exported == 1)
  }
}
