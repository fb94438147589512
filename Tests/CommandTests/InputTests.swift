import Glibc
import OTLPExport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK
import Testing
import otlp

@Suite struct InputTests {
  /// Both ends of a pipe.
  private func makePipe() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  @Test func bytesComeAsTheyAreThere() throws {
    let (reader, writer) = try makePipe()
    defer { close(reader) }
    var source = ByteSource(descriptor: reader, pieceSize: 4)
    #expect(write(writer, "abcdef", 6) == 6)
    #expect(source.next() == .bytes(Array("abcd".utf8)))
    #expect(source.next() == .bytes(Array("ef".utf8)))
    close(writer)
    #expect(source.next() == .end)
    #expect(source.next() == .end)
  }

  @Test func readErrorsAreGiven() {
    var source = ByteSource(descriptor: -1)
    #expect(source.next() == .failed(EBADF))
  }

  @Test func aSourceThatIsNotBlockingIsWaitedFor() throws {
    let (reader, writer) = try makePipe()
    defer { close(reader) }
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    try ThreadSystem.start(name: "writer", stackSize: 1 << 18) {
      usleep(20_000)
      _ = write(writer, "x", 1)
      close(writer)
    }
    var source = ByteSource(descriptor: reader)
    #expect(source.next() == .bytes(Array("x".utf8)))
    #expect(source.next() == .end)
  }

  @Test(arguments: [
    ("", InputFormat.text), ("{", .text), ("{\"resour", .text), ("\u{FEFF}{}", .text), ("[", .text), ("\n\n{", .text),
  ])
  func textIsText(_ prefix: String, _ format: InputFormat) { #expect(InputFormat(Array(prefix.utf8)) == format) }

  @Test func anyFirstBytesHaveAFormat() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...8, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if InputFormat(bytes) == .text { #expect(!bytes.contains(0)) }
    }
    #expect(InputFormat([0x1F, 0x8B, 8, 0]) == .gzip)
  }

  /// Inflates in pieces of a size.
  private func inflated(_ bytes: [UInt8], by size: Int) throws(GzipStream.Failure) -> [UInt8] {
    let stream = GzipStream()
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      try stream.inflate(Array(bytes[start..<min(bytes.count, start + size)])) { result += $0 }
    }
    try stream.finish()
    return result
  }

  @Test func gzipIsInflatedHoweverItArrives() throws {
    let text = [UInt8]((0..<200_000).map { UInt8($0 * 7 % 251 / 3) })
    let packed = Gzip.compress(text)
    let two = packed + Gzip.compress(Array("end".utf8)) + [0, 0, 0]
    for size in [1, 13, 4096, 1 << 20] {
      #expect(try inflated(packed, by: size) == text)
      #expect(try inflated(two, by: size) == text + Array("end".utf8))
    }
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 8 << 20))
    #expect(try inflated(bomb, by: bomb.count).count == 8 << 20)
  }

  @Test func gzipThatIsDamagedOrCutIsToldApart() {
    let packed = Gzip.compress(Array("some text that is long enough".utf8))
    for count in 1..<packed.count {
      #expect(throws: GzipStream.Failure.cutShort) { try inflated(Array(packed.prefix(count)), by: 5) }
    }
    var bad = packed
    bad[bad.count - 6] ^= 1
    #expect(throws: GzipStream.Failure.damaged) { try inflated(bad, by: 5) }
    #expect(throws: GzipStream.Failure.damaged) { try inflated(packed + [7, 7, 7], by: 5) }
  }

  @Test func complaintsAreBounded() {
    let lines = Mutex<[String]>([])
    let complaints = Complaints(limit: 2) { line in lines.withLock { $0.append(line) } }
    complaints.add("one")
    complaints.conclude()
    complaints.add("two\u{1B}[31m")
    complaints.add("three")
    complaints.add("four")
    complaints.conclude()
    #expect(lines.withLock { $0 } == ["one", "two [31m", "… and 2 more"])
  }

  @Test func whatIsReadIsHandedOutOnceAndCounted() throws {
    let (descriptor, writer) = try makePipe()
    defer { close(descriptor) }
    let spans = StandardWorkload().spans(0..<3)
    let text = OTLPJSON.encode(spans) + "\nbad\n{}\n{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]}]}]}"
    #expect(write(writer, text, text.utf8.count) == text.utf8.count)
    close(writer)
    let taken = Mutex<[SpanData]>([])
    let said = Mutex<[String]>([])
    let reader = InputReader(
      ByteSource(descriptor: descriptor, pieceSize: 100),
      complaints: Complaints { line in said.withLock { $0.append(line) } }, isStopped: { false }
    ) { span in taken.withLock { $0.append(span) } }
    reader.run()
    #expect(taken.withLock { $0 } == spans)
    let result = reader.result
    #expect((result.documents, result.bad, result.spans) == (4, 1, 3))
    #expect(result.skipped == .init(logRecords: 1))
    #expect(result.isComplete && result.failure == nil && !reader.isWaiting)
    #expect(
      said.withLock { $0 } == [
        "line 2: a value is expected, at byte 0", "line 3: nothing to send: it holds no spans",
      ])
    #expect(result.shortfalls("x").map(\.code) == [.badData, .badData])
  }
}
