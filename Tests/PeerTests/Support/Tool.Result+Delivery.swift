import TestSupport
import Testing

extension Tool.Result {
  /// Expects that all spans arrived at the first attempt.
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
