import TestSupport
import Testing

extension Tool.Result {
  /// Expects that all spans arrived at the first attempt.
  /// - Parameter mayRepeat: A connection may end under a request, which is then sent again.
  func expectDelivered(_ count: Int, mayRepeat: Bool = false, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(code == 0, "\(errors)", sourceLocation: sourceLocation)
    #expect(json("ended") == "\(count)", sourceLocation: sourceLocation)
    #expect(json("exported") == "\(count)", sourceLocation: sourceLocation)
    #expect(dropped.isEmpty, sourceLocation: sourceLocation)
    for name in ["rejected", "queued", "inFlight"] + (mayRepeat ? [] : ["possibleDuplicates"]) {
      #expect(json(name) == "0", "\(name)", sourceLocation: sourceLocation)
    }
  }

  func number(_ name: String) -> Int { json(name).flatMap { Int($0) } ?? -1 }
}
