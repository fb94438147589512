import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct HeaderCacheTests {
  private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
  private var cache = HeaderCache()

  private mutating func need(after: Duration = .zero) -> HeaderCache.Answer { cache.need(at: Self.start + after) }

  private mutating func answer(_ value: String, validFor: Duration? = nil, after: Duration = .zero) -> CallHeaders {
    cache.answered(["k": value], validFor: validFor, at: Self.start + after)
  }

  @Test mutating func oneAsksAndTheOthersWait() {
    guard case .ask = need(), case .wait = need(), case .wait = need() else {
      Issue.record("expected ask, wait, wait")
      return
    }
    let headers = answer("1")
    #expect(headers.generation == 1)
    guard case .use(let used) = need(after: .seconds(1_000_000)) else {
      Issue.record("expected the headers")
      return
    }
    #expect(used.headers["k"] == "1")
  }

  @Test(arguments: [Duration.zero, .seconds(-5), .seconds(10)]) mutating func theyEnd(validity: Duration) {
    _ = need()
    _ = answer("1", validFor: validity)
    if validity > .zero {
      guard case .use = need(after: validity - .nanoseconds(1)) else {
        Issue.record("ended too early")
        return
      }
    }
    guard case .ask = need(after: max(validity, .zero)) else {
      Issue.record("used beyond the end")
      return
    }
  }

  @Test mutating func afterAFailureItIsAskedAgain() {
    _ = need()
    cache.failed()
    guard case .ask = need() else {
      Issue.record("not asked again")
      return
    }
  }

  @Test mutating func aRefusalCountsForItsOwnHeadersOnly() {
    _ = need()
    let first = answer("1", validFor: .seconds(1))
    _ = need(after: .seconds(1))
    let second = answer("2", validFor: .seconds(100), after: .seconds(1))
    cache.refused(first.generation)  // an old call's answer comes late
    guard case .use = need(after: .seconds(2)) else {
      Issue.record("newer headers were thrown away")
      return
    }
    cache.refused(second.generation)
    guard case .ask = need(after: .seconds(2)) else {
      Issue.record("refused headers were used")
      return
    }
    cache.refused(second.generation)
    guard case .wait = need(after: .seconds(2)) else {
      Issue.record("asked twice")
      return
    }
  }
}
