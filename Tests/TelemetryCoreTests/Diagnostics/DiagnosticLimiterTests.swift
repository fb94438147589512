import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct DiagnosticLimiterTests {
  @Test("five equal messages a minute pass, then one a minute with the number of suppressed ones")
  func limiter() {
    var limiter = DiagnosticLimiter()
    func at(_ second: Int) -> MonotonicInstant { .init(nanoseconds: Int64(second) * 1_000_000_000) }
    var lines: [String] = []
    for second in 0..<180 {
      for _ in 0..<10 { if let suffix = limiter.admit("full", at: at(second)) { lines.append(suffix) } }
    }
    #expect(lines == ["", "", "", "", "", "and 595 more of these", "and 599 more of these"])
    let other = limiter.admit("other", at: at(179))
    #expect(other == "")
    for number in 0..<1000 { _ = limiter.admit("message \(number)", at: at(179)) }  // the memory is bounded
  }

  @Test func extremeInstantsDontTrap() {
    var limiter = DiagnosticLimiter()
    for start in Extremes.instants {
      for _ in 0..<10 { _ = limiter.admit("same", at: .init(nanoseconds: start)) }
    }
  }
}
