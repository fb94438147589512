import OTLPWire
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// Processes that write one file, are killed, forked, or limited in its size.
@Suite(.ownThreads, .serialized)
struct FileTests {
  /// The spans of a file; nil if a line isn't whole.
  private static func spans(in path: String) -> [SpanData]? {
    let bytes = TestFiles.bytes(path)
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else { return nil }
    var spans: [SpanData] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
      guard let more = try? OTLPJSON.decode(Array(line)) else { return nil }
      spans += more
    }
    return spans
  }

  /// The number that a process printed last.
  private static func exported(_ output: String) -> Int {
    let lines = output.split(separator: "\n").filter { $0.hasPrefix("exported ") }
    return lines.last.flatMap { Int($0.dropFirst(9)) } ?? 0
  }

  @Test("after kills at any moment all lines are whole, and what counted as exported is there, once")
  func kills() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = folder + "/traces.jsonl"
    var counted = 0
    for seed in 1...12 {
      // Two at once, so that one finds the torn line of the other.
      let pair = try (0..<2).map {
        try Subject.start("writer", ["file=\(path)", "seed=\(seed * 2 + $0)", "rounds=100000"])
      }
      for process in pair {
        #expect(await Loopback.wait { Self.exported(process.output) >= 400 })
        process.send(9)
        #expect(await process.wait() == 137)
      }
      counted += pair.map { Self.exported($0.output) }.reduce(0, +)
    }
    // Another process mends the end of the file.
    _ = try await Subject.run("writer", ["file=\(path)", "seed=1", "rounds=1"])
    let spans = try #require(Self.spans(in: path))
    #expect(Set(spans.map(\.spanID)).count == spans.count, "no span stands there twice")
    #expect(spans.count >= counted + 200)
    // A killed process may have written a line of which it didn't tell.
    #expect(spans.count <= counted + 200 + 24 * 200)
  }

  @Test("a limit of the file's size is an outage: what was written in part is taken back")
  func sizeLimit() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = folder + "/traces.jsonl"
    let process = try Subject.start(
      "writer", ["file=\(path)", "rounds=100000"],
      prefix: ["/bin/bash", "-c", #"ulimit -f 1000; exec "$0" "$@""#])
    #expect(await process.wait(within: .seconds(60)) == 0, "\(process.errors)")
    let spans = try #require(Self.spans(in: path))
    #expect(spans.count == Self.exported(process.output) && spans.count >= 200)
    #expect(TestFiles.bytes(path).count <= 1_024_000)
  }

  @Test("parent and children of forks write one file", arguments: [false, true])
  func forks(own: Bool) async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = folder + "/traces.jsonl"
    _ = try await Subject.run(
      "prefork", ["file=\(path)", "children=4", "spans=100", "own=\(own ? 1 : 0)"])
    let spans = try #require(Self.spans(in: path))
    #expect(spans.count == 300 + 4 * 200 && Set(spans.map(\.spanID)).count == spans.count)
  }
}
