import TestSupport
import Testing

/// The ids of the spans that a server recorded.
struct Arrivals {
  /// The spans that arrived.
  private(set) var ids: Set<Substring> = []
  /// The spans that arrived more than once.
  private(set) var repeated: Set<Substring> = []
  /// The number of arrivals, with repetitions.
  private(set) var count = 0

  private init(_ text: String) {
    for id in text.split(whereSeparator: \.isWhitespace) {
      count += 1
      if !ids.insert(id).inserted { repeated.insert(id) }
    }
  }

  /// Reads the files of `grpc_server.py --log`. A server that was killed while it wrote a line has not answered the request.
  static func atPython(_ logs: String...) -> Arrivals {
    Arrivals(
      logs.map { log in
        let text = TestFiles.read(log)
        return text.lastIndex(of: "\n").map { text[...$0] } ?? ""
      }.joined())
  }

  /// Reads the files of the Collector's configuration "file". A link also has a `spanId`, but no parent.
  static func atCollector(_ files: String...) async throws -> Arrivals {
    let pattern = #""spanId":"\K[0-9a-f]{16}(?=","parentSpanId")"#
    let grep = try ChildProcess(["/usr/bin/grep", "-ohP", pattern] + files)
    let code = await grep.wait()
    try #require(code == 0, "grep: \(grep.errors)")
    return Arrivals(grep.output)
  }

  /// Expects that every span of a run arrived, and that the ledger counts the repeated spans as possible duplicates,
  /// where a span counts once.
  func expectAll(of run: Tool.Result, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(run.code == 0, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.number("exported") == run.number("ended"), sourceLocation: sourceLocation)
    #expect(ids.count == run.number("ended"), sourceLocation: sourceLocation)
    #expect(repeated.count <= run.number("possibleDuplicates"), sourceLocation: sourceLocation)
  }
}
