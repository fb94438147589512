import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct HeaderRefreshTests {
  private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
  private var refresh = HeaderRefresh()

  private mutating func need(after: Duration = .zero) -> HeaderRefresh.Action { refresh.need(at: Self.start + after) }

  private mutating func answer(
    _ value: String, to number: Int = 1, validFor: Duration? = nil, after: Duration = .zero
  ) -> HeaderGeneration? {
    refresh.callReturned(number, ["k": value], validFor: validFor, at: Self.start + after)
  }

  @Test mutating func oneRequestCallsTheProviderAndTheOthersWait() {
    guard case .call = need(), case .wait = need(), case .wait = need() else {
      Issue.record("expected call, wait, wait")
      return
    }
    let headers = answer("1")
    #expect(headers?.generation == 1)
    guard case .use(let used) = need(after: .seconds(1_000_000)) else {
      Issue.record("expected the headers")
      return
    }
    #expect(used.headers["k"] == "1")
  }

  @Test(arguments: [Duration.zero, .seconds(-5), .seconds(10)]) mutating func validityEnds(validity: Duration) {
    _ = need()
    _ = answer("1", validFor: validity)
    if validity > .zero {
      guard case .use = need(after: validity - .nanoseconds(1)) else {
        Issue.record("ended too early")
        return
      }
    }
    guard case .call = need(after: max(validity, .zero)) else {
      Issue.record("used beyond the end")
      return
    }
  }

  @Test mutating func aFailedCallIsRepeated() {
    _ = need()
    let wasAsked = refresh.callFailed(1)
    #expect(wasAsked)
    guard case .call = need() else {
      Issue.record("not called again")
      return
    }
  }

  @Test mutating func aHangingCallIsRepeated() {
    for number in 1...HeaderRefresh.mostHanging {
      guard case .call(number) = need(), case .wait = need() else {
        Issue.record("expected question \(number)")
        return
      }
      let (isGivenUp, again) = (refresh.callTimedOut(number), refresh.callTimedOut(number))
      #expect(isGivenUp && !again && refresh.hanging == number)
    }
    // At the limit of hanging calls no other is started until one has returned.
    guard case .wait = need() else {
      Issue.record("called once more")
      return
    }
    let wasAsked = refresh.callFailed(2)
    #expect(!wasAsked)
    guard case .call(5) = need() else {
      Issue.record("not called again")
      return
    }
  }

  @Test mutating func aLateResultIsUsedUnlessALaterCallReturned() {
    _ = need()
    _ = refresh.callTimedOut(1)
    _ = need()
    _ = refresh.callTimedOut(2)
    _ = need()
    let late = answer("2", to: 2)
    #expect(late?.headers["k"] == "2" && refresh.isCalling && refresh.hanging == 1)
    let older = answer("1", to: 1)
    #expect(older == nil && refresh.hanging == 0)
    let asked = answer("3", to: 3)
    #expect(asked?.headers["k"] == "3" && !refresh.isCalling)
  }

  @Test mutating func aRefusalCountsForItsOwnHeadersOnly() throws {
    _ = need()
    let (one, _) = (answer("1", validFor: .seconds(1)), need(after: .seconds(1)))
    let two = answer("2", to: 2, validFor: .seconds(100), after: .seconds(1))
    let (first, second) = (try #require(one), try #require(two))
    refresh.refused(first.generation)  // the refusal of older headers arrives late
    guard case .use = need(after: .seconds(2)) else {
      Issue.record("newer headers were thrown away")
      return
    }
    refresh.refused(second.generation)
    guard case .call = need(after: .seconds(2)) else {
      Issue.record("refused headers were used")
      return
    }
    refresh.refused(second.generation)
    guard case .wait = need(after: .seconds(2)) else {
      Issue.record("called twice")
      return
    }
  }
}
