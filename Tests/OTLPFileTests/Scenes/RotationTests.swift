import Glibc
import OTLPFile
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct RotationTests {
  @Test("another file begins before a line that would make it too large, and the oldest are deleted")
  func bySize() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter { ($0.maxFileSize, $0.maxFiles) = (4096, 2) }
    for index in 0..<20 {
      #expect(await exporter.export(FileBench.spans(index..<index + 1)).exported == 1)
      bench.advance(by: 1)
    }
    let names = TestFiles.names(in: bench.folder)
    #expect(names.count == 3 && names.last == "traces.jsonl")
    var found: [SpanData] = []
    for name in names {
      let path = bench.folder + "/" + name
      #expect(TestFiles.bytes(path).count <= 4096)
      found += try #require(FileBench.spans(in: path))
    }
    // The names sort by time, so the spans are the last ones in order.
    #expect(found == FileBench.spans(20 - found.count..<20) && found.count > 3)
    #expect(bench.messages().isEmpty)
  }

  @Test("a link stays one, and rotated files lie beside the file that it leads to", arguments: [true, false])
  func link(isDangling: Bool) async throws {
    let bench = try FileBench()
    let (disk, link) = (bench.folder + "/disk", bench.folder + "/link.jsonl")
    #expect(mkdir(disk, 0o755) == 0 && symlink("second.jsonl", link) == 0)
    #expect(symlink("disk/traces.jsonl", bench.folder + "/second.jsonl") == 0)
    if !isDangling { try TestFiles.write("", to: disk + "/traces.jsonl") }
    let exporter = try bench.exporter({ ($0.maxFileSize, $0.maxFiles) = (1024, 1) }, path: link)
    for index in 0..<3 {
      #expect(await exporter.export(FileBench.spans(index * 10..<index * 10 + 10)).exported == 10)
      bench.advance(by: 1)
    }
    #expect(TestFiles.names(in: bench.folder) == ["disk", "link.jsonl", "second.jsonl"])
    let names = TestFiles.names(in: disk)
    #expect(names.count == 2 && names.last == "traces.jsonl")
    #expect(FileBench.spans(in: link) == FileBench.spans(20..<30))
  }

  @Test func aLineLongerThanTheLimitHasAFileOfItsOwn() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter { $0.maxFileSize = 1024 }
    for index in 0..<3 { #expect(await exporter.export(FileBench.spans(index * 10..<index * 10 + 10)).exported == 10) }
    let names = TestFiles.names(in: bench.folder)
    #expect(names.count == 3)
    #expect(names.flatMap { FileBench.spans(in: bench.folder + "/" + $0) ?? [] } == FileBench.spans(0..<30))
  }

  @Test func byAge() async throws {
    let bench = try FileBench()
    bench.set(UInt64(time(nil)) * 1_000_000_000)
    let exporter = try bench.exporter { $0.maxFileAge = .seconds(3600) }
    _ = await exporter.export(FileBench.spans(0..<1))
    bench.advance(by: 3000)
    _ = await exporter.export(FileBench.spans(1..<2))
    #expect(TestFiles.names(in: bench.folder).count == 1)
    bench.advance(by: 700)
    _ = await exporter.export(FileBench.spans(2..<3))
    let names = TestFiles.names(in: bench.folder)
    #expect(names.count == 2)
    #expect(FileBench.spans(in: bench.folder + "/" + names[0]) == FileBench.spans(0..<2))
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(2..<3))
  }

  @Test("several exporters rotate one file: each line stands whole in one of the files, once")
  func shared() async throws {
    let bench = try FileBench()
    let exporters = try (0..<4).map { _ in try bench.exporter { $0.maxFileSize = 16 << 10 } }
    await withTaskGroup(of: Void.self) { group in
      for (number, exporter) in exporters.enumerated() {
        group.addTask {
          for index in 0..<50 {
            let span = number * 50 + index
            #expect(await exporter.export(FileBench.spans(span..<span + 1)).exported == 1)
          }
        }
      }
    }
    let names = TestFiles.names(in: bench.folder)
    #expect(names.count > 5)
    let found = names.flatMap { FileBench.spans(in: bench.folder + "/" + $0) ?? [] }
    #expect(found.count == 200 && Set(found) == Set(FileBench.spans(0..<200)))
    #expect(bench.messages().isEmpty)
  }

  @Test("a folder that takes no other name: the file grows, with a warning")
  func folderWithoutRights() async throws {
    let bench = try FileBench()
    // The name of the finished file would be longer than a name may be.
    let path = bench.folder + "/" + String(repeating: "n", count: 250)
    let exporter = try bench.exporter({ $0.maxFileSize = 1024 }, path: path)
    for index in 0..<20 { #expect(await exporter.export(FileBench.spans(index..<index + 1)).exported == 1) }
    #expect(FileBench.spans(in: path) == FileBench.spans(0..<20))
    // A warning for each line would flood the program's log (trap 24).
    let warnings = bench.events.withLock { $0.filter { $0.level == .warning } }
    #expect(warnings.count == 1, "\(warnings.count) warnings")
    #expect(warnings.first?.message == "the file can't be renamed, and grows beyond its limit")
  }
}
