import TestSupport
import Testing

/// Tests that start programs of others run one after the other: they share two cores with them.
@Suite(.serialized) struct PeerTests {}

/// The certificates that `Fixtures/make_certificates.sh` makes.
enum Certificates {
  static let folder = TestFiles.products + "/test-certificates"

  static func path(_ name: String) async throws -> String {
    _ = try await made.value
    return "\(folder)/\(name)"
  }

  private static let made = Task {
    let script = try ChildProcess(["/bin/sh", TestFiles.root + "/Fixtures/make_certificates.sh", folder])
    let code = await script.wait(within: .seconds(60))
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
