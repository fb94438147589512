import Glibc
import OTLPFile
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct OutageTests {
  private func settles(_ processor: BatchSpanProcessor, _ report: FlushReport) {
    let ledger = report.ledger
    #expect(ledger.ended == ledger.exported + ledger.rejected + ledger.droppedTotal + ledger.queued + ledger.inFlight)
  }

  @Test("while the folder is missing the spans wait in the queue, and are written when it is back")
  func missingFolder() async throws {
    let bench = try FileBench()
    let folder = bench.folder + "/logs"
    #expect(mkdir(folder, 0o700) == 0)
    let path = folder + "/t.jsonl"
    let exporter = try bench.exporter(path: path)
    let processor = try BatchSpanProcessor(exporter: exporter, diagnostics: .silent)
    TestFiles.remove(folder)
    for span in FileBench.spans(0..<600) { processor.onEnd(span) }
    #expect(await Loopback.wait { bench.messages().contains { $0.contains("the folder doesn't exist") } })
    #expect(processor.ledger.exported == 0 && processor.ledger.droppedTotal == 0)
    #expect(mkdir(folder, 0o700) == 0)
    let report = await processor.shutdown(within: Loopback.patience)
    #expect(report.ledger.exported == 600 && report.isDelivered)
    settles(processor, report)
    #expect(FileBench.spans(in: path) == FileBench.spans(0..<600))
    #expect(bench.messages().contains { $0.hasPrefix("a file exporter writes again") })
  }

  @Test("a full disk ends with the deadline, and what doesn't stand in the file isn't counted as exported")
  func fullDisk() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter(path: "/dev/full")
    let processor = try BatchSpanProcessor(exporter: exporter, diagnostics: .silent)
    for span in FileBench.spans(0..<10) { processor.onEnd(span) }
    let start = MonotonicInstant.now
    let report = await processor.shutdown(within: .milliseconds(300))
    #expect(MonotonicInstant.now - start < .milliseconds(1300))
    #expect(report.ledger.exported == 0 && report.ledger.dropped == [.shutdown: 10])
    settles(processor, report)
    #expect(bench.messages().contains { $0.contains("/dev/full: the disk is full (write: No space left on device)") })
  }

  @Test("a FIFO that nobody reads doesn't hold up the end, and its reader gets whole lines")
  func fifo() async throws {
    let bench = try FileBench()
    let path = bench.folder + "/fifo"
    #expect(mkfifo(path, 0o600) == 0)
    let exporter = try bench.exporter(path: path)
    let start = MonotonicInstant.now
    let outcome = await exporter.export(FileBench.spans(0..<1), within: .milliseconds(200))
    #expect(outcome.dropped == [.timeout: 1] && MonotonicInstant.now - start < .milliseconds(1200))
    #expect("\(try #require(outcome.error))".contains("nothing reads the FIFO"))
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    #expect(await exporter.export(FileBench.spans(1..<2)).exported == 1)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(reader, &bytes, bytes.count)
    let copy = bench.folder + "/copy"
    try TestFiles.write(Array(bytes.prefix(max(0, count))), to: copy)
    #expect(FileBench.spans(in: copy) == FileBench.spans(1..<2))
    close(reader)
    await exporter.shutdown(deadline: .after(Loopback.patience))
  }

  @Test("a line that a pipe took in part is completed before the next, also by another exporter of the same pipe")
  func stalledPipe() async throws {
    let bench = try FileBench()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let pipe = ends
    let first = try bench.exporter { $0.output = .descriptor(pipe[1]) }
    let second = try bench.exporter { $0.output = .descriptor(pipe[1]) }
    // More than a pipe holds.
    let outcome = await first.export(FileBench.spans(0..<300), within: .milliseconds(300))
    #expect(outcome.dropped == [.timeout: 300])
    let next = Task { await second.export(FileBench.spans(300..<310)) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < 2 {
      let count = read(pipe[0], &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    #expect(await next.value.exported == 10)
    try TestFiles.write(bytes, to: bench.path)
    #expect(FileBench.spans(in: bench.path) == FileBench.spans(0..<310))
    for end in pipe { close(end) }
  }

  @Test("a pipe whose reader has gone ends the export at once, without a signal")
  func closedPipe() async throws {
    let bench = try FileBench()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    let pipe = ends[1]
    let exporter = try bench.exporter { $0.output = .descriptor(pipe) }
    let outcome = await exporter.export(FileBench.spans(0..<2))
    #expect(outcome.dropped == [.unreachable: 2] && outcome.attempts == 1)
    #expect("\(try #require(outcome.error))".contains("nothing reads the pipe any more"))
    close(pipe)
  }

  @Test("another process's lock delays a line, and shutdown ends by its deadline meanwhile")
  func lockedFile() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter()
    let other = open(bench.path, O_RDWR)
    #expect(flock(other, LOCK_EX) == 0)
    let outcome = await exporter.export(FileBench.spans(0..<1), within: .milliseconds(100))
    #expect(outcome.exported == 0 && TestFiles.bytes(bench.path).isEmpty)
    let waiting = Task { await exporter.export(FileBench.spans(1..<2)) }
    #expect(flock(other, LOCK_UN) == 0)
    #expect(await waiting.value.exported == 1)
    close(other)
    let spans = FileBench.spans(in: bench.path)
    #expect(spans?.last == FileBench.spans(1..<2)[0])
  }
}
