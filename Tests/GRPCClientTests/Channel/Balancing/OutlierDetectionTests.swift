import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// The largest number of `instants` within `width`.
private func fullest(_ instants: [MonotonicInstant], width: Duration) -> Int {
  let sorted = instants.sorted()
  return sorted.indices.map { index in sorted[index...].prefix { $0 - sorted[index] < width }.count }.max() ?? 0
}

@Suite(.ownThreads) struct OutlierDetectionTests {
  @Test("ejections grow up to a maximum, and start again after the server has worked for as long")
  func growth() {
    var detection = OutlierDetection()
    var now = instant(100)
    var pauses: [Duration] = []
    for _ in 0..<8 {
      pauses.append(detection.eject(at: now, fraction: 0.5))
      #expect(detection.isEjected(at: now))
      now = detection.ejectionEnd!
      #expect(!detection.isEjected(at: now))
    }
    #expect(pauses[0] == .seconds(30) && pauses[1] == .seconds(48))
    #expect(pauses.sorted() == pauses && pauses[7] == .seconds(300))
    #expect(detection.eject(at: now + .seconds(299), fraction: 0.5) == .seconds(300))
    now = detection.ejectionEnd!
    #expect(detection.eject(at: now + .seconds(301), fraction: 0.5) == .seconds(30))
  }

  @Test("five consecutive failures without an answer between eject a server")
  func limit() {
    var detection = OutlierDetection()
    var verdicts: [Bool] = []
    for number in 0..<9 {
      if number == 4 { detection.callAnswered() }
      verdicts.append(detection.failed())
    }
    #expect(verdicts == [Bool](repeating: false, count: 8) + [true])
  }

  @Test("a thousand clients of a failed server return over half a minute")
  func spread() {
    let returns = (0..<1000).map { seed in
      var state = LoadBalancerStateMachine(hostCount: 2, backoff: ConnectionBackoff.Configuration(seed: UInt64(seed)))
      _ = state.runDueWork(at: instant(10), callsWait: true)
      _ = state.connectFailed(state.id(1), at: instant(10), callsWait: true)
      _ = state.connectSucceeded(state.id(2), at: instant(10))
      return state.nextDeadline(at: instant(10))
    }
    #expect(returns.allSatisfy { $0 >= instant(25) && $0 <= instant(55) })
    #expect(fullest(returns, width: .seconds(1)) < 80)
  }

  @Test("a thousand clients of a restarted server connect again over a second, and their second attempts over more")
  func reconnect() {
    for policy in [LoadBalancing.pickFirst, .roundRobin] {
      var first: [MonotonicInstant] = []
      var second: [MonotonicInstant] = []
      for seed in 0..<1000 {
        var state = LoadBalancerStateMachine(
          hostCount: 1, loadBalancing: policy, backoff: ConnectionBackoff.Configuration(seed: UInt64(seed)))
        _ = state.runDueWork(at: instant(10), callsWait: true)
        _ = state.addressesResolved([place(1)], host: 0, at: instant(10))
        _ = state.connectSucceeded(state.id(1), at: instant(10))
        _ = state.connectionEnded(
          state.id(1), .init(kind: .lost, instant: instant(20)), hasOpenCalls: false, at: instant(20), callsWait: true)
        first.append(state.nextDeadline(at: instant(20)))
        guard case .connect(let attempt)? = state.runDueWork(at: first[seed], callsWait: true).first else {
          return #expect(Bool(false), "no attempt")
        }
        _ = state.connectFailed(attempt.id, at: first[seed], callsWait: true)
        second.append(state.nextDeadline(at: first[seed]))
      }
      #expect(first.allSatisfy { $0 >= instant(20) && $0 <= instant(21) })
      #expect(fullest(first, width: .milliseconds(100)) < 160, "\(policy)")
      #expect(fullest(second, width: .milliseconds(100)) < 160, "\(policy)")
    }
  }
}
