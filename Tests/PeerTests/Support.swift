import TestSupport
import TestThreads
import Testing

/// Tests with programs of others. They mostly wait, so several run at a time; ``TestThreads`` bounds how many.
///
/// The black holes measure deadlines by the clock: they run one after the other, and `Tests/run` runs them alone.
@Suite(.ownThreads) struct PeerTests {}

/// The certificates that `Fixtures/make_certificates.sh` makes.
enum Certificates {
  static let folder = TestFiles.products + "/test-certificates"

  static func path(_ name: String) async throws -> String {
    _ = try await made.value
    return "\(folder)/\(name)"
  }

  private static let made = Task {
    let script = try ChildProcess(["/bin/sh", TestFiles.root + "/Fixtures/make_certificates.sh", folder])
    let code = await script.wait()
    try #require(code == 0, "make_certificates.sh: \(script.errors)")
  }
}

extension Tool.Result {
  /// All spans arrived, and nothing else happened to any.
  func expectDelivered(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(code == 0, "\(errors)", sourceLocation: sourceLocation)
    #expect(json("ended") == "\(count)", sourceLocation: sourceLocation)
    #expect(json("exported") == "\(count)", sourceLocation: sourceLocation)
    #expect(dropped.isEmpty, sourceLocation: sourceLocation)
    for name in ["rejected", "queued", "inFlight", "possibleDuplicates"] {
      #expect(json(name) == "0", "\(name)", sourceLocation: sourceLocation)
    }
  }

  func number(_ name: String) -> Int { json(name).flatMap { Int($0) } ?? -1 }
}

/// The spans that a real server has noted, by id.
struct Arrivals {
  /// Those that arrived.
  private(set) var ids: Set<Substring> = []
  /// Those that arrived more than once.
  private(set) var repeated: Set<Substring> = []
  /// How often any of them arrived.
  private(set) var count = 0

  private init(_ text: String) {
    for id in text.split(whereSeparator: \.isWhitespace) {
      count += 1
      if !ids.insert(id).inserted { repeated.insert(id) }
    }
  }

  /// What `grpc_server.py --log` has written.
  static func atPython(_ logs: String...) -> Arrivals { Arrivals(logs.map(TestFiles.read).joined()) }

  /// What the Collector has written with its configuration "file". A link has a `spanId` too, but no parent.
  static func atCollector(_ files: String...) async throws -> Arrivals {
    let pattern = #""spanId":"\K[0-9a-f]{16}(?=","parentSpanId")"#
    let grep = try ChildProcess(["/usr/bin/grep", "-ohP", pattern] + files)
    let code = await grep.wait()
    try #require(code == 0, "grep: \(grep.errors)")
    return Arrivals(grep.output)
  }

  /// Every span of a run arrived; those that did so again are among those that the ledger calls possible duplicates.
  /// It counts a span once, however often it was sent again.
  func expectAll(of run: Tool.Result, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(run.code == 0, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.number("exported") == run.number("ended"), sourceLocation: sourceLocation)
    #expect(ids.count == run.number("ended"), sourceLocation: sourceLocation)
    #expect(repeated.count <= run.number("possibleDuplicates"), sourceLocation: sourceLocation)
  }
}
