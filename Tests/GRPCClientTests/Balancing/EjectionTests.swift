import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// How many of `instants` lie in the fullest stretch of `width`.
private func fullest(_ instants: [MonotonicInstant], width: Duration) -> Int {
  let sorted = instants.sorted()
  return sorted.indices.map { index in sorted[index...].prefix { $0 - sorted[index] < width }.count }.max() ?? 0
}

@Suite(.ownThreads) struct EjectionTests {
  @Test("each time longer, up to a bound; from the start again after it worked for as long")
  func growth() {
    var ejection = Ejection()
    var now = instant(100)
    var pauses: [Duration] = []
    for _ in 0..<8 {
      pauses.append(ejection.eject(at: now, fraction: 0.5))
      #expect(ejection.isOut(at: now))
      now = ejection.until!
      #expect(!ejection.isOut(at: now))
    }
    #expect(pauses[0] == .seconds(30) && pauses[1] == .seconds(48))
    #expect(pauses.sorted() == pauses && pauses[7] == .seconds(300))
    #expect(ejection.eject(at: now + .seconds(299), fraction: 0.5) == .seconds(300))
    now = ejection.until!
    #expect(ejection.eject(at: now + .seconds(301), fraction: 0.5) == .seconds(30))
  }

  @Test("five failures in a row, without an answer between them")
  func limit() {
    var ejection = Ejection()
    var verdicts: [Bool] = []
    for number in 0..<9 {
      if number == 4 { ejection.answered() }
      verdicts.append(ejection.failed())
    }
    #expect(verdicts == [Bool](repeating: false, count: 8) + [true])
  }

  @Test("a thousand clients whose server fails come back to it over half a minute")
  func spread() {
    let returns = (0..<1000).map { seed in
      var state = BalancerState(hostCount: 2, backoff: BackoffConfiguration(seed: UInt64(seed)))
      _ = state.look(at: instant(10), isWanted: true)
      _ = state.connectFailed(1, at: instant(10), isWanted: true)
      _ = state.connected(2, at: instant(10))
      return state.nextDue(at: instant(10))
    }
    #expect(returns.allSatisfy { $0 >= instant(25) && $0 <= instant(55) })
    #expect(fullest(returns, width: .seconds(1)) < 80)
  }

  @Test("a thousand clients whose server restarts connect again over a second, and later ones over more")
  func reconnect() {
    for policy in [LoadBalancing.pickFirst, .roundRobin] {
      var first: [MonotonicInstant] = []
      var second: [MonotonicInstant] = []
      for seed in 0..<1000 {
        var state = BalancerState(hostCount: 1, policy: policy, backoff: BackoffConfiguration(seed: UInt64(seed)))
        _ = state.look(at: instant(10), isWanted: true)
        _ = state.resolved(host: 0, addresses: [place(1)], at: instant(10))
        _ = state.connected(1, at: instant(10))
        _ = state.ended(1, .lost, hasCalls: false, since: instant(20), at: instant(20), isWanted: true)
        first.append(state.nextDue(at: instant(20)))
        guard case .connect(let attempt)? = state.look(at: first[seed], isWanted: true).first else {
          return #expect(Bool(false), "no attempt")
        }
        _ = state.connectFailed(attempt.number, at: first[seed], isWanted: true)
        second.append(state.nextDue(at: first[seed]))
      }
      #expect(first.allSatisfy { $0 >= instant(20) && $0 <= instant(21) })
      #expect(fullest(first, width: .milliseconds(100)) < 160, "\(policy)")
      #expect(fullest(second, width: .milliseconds(100)) < 160, "\(policy)")
    }
  }
}

@Suite(.ownThreads) struct ConnectionDemandTests {
  @Test("5.6.13: one more while calls wait, up to the number; then that is said once, after 20 times within 10 s")
  func report() {
    var demand = ConnectionDemand(maximum: 2, backoff: steady)
    // The first attempt fails: not at once again.
    let first = [1, 1.5, 2].map { demand.heldUp(.window, connections: 1, at: instant($0)) }
    #expect(first == [.open, .none, .open])
    demand.connected()
    let seldom = (0..<40).map { demand.heldUp(.window, connections: 2, at: instant(10 + Double($0))) }
    #expect(seldom.allSatisfy { $0 == .none })
    let often = (0..<40).map { demand.heldUp(.streams(1), connections: 2, at: instant(100 + Double($0) / 10)) }
    #expect(often.count { $0 == .report } == 1)
    #expect(often.firstIndex(of: .report) == 19)
    #expect(demand.isCurious)
  }

  @Test("with one connection nothing is opened; after the report nobody asks any more")
  func single() {
    var demand = ConnectionDemand(maximum: 1, backoff: steady)
    #expect(demand.isCurious)
    let paused = (0..<30).map { _ in demand.heldUp(.streams(0), connections: 1, at: instant(1)) }
    #expect(paused.allSatisfy { $0 == .none })
    let held = (0..<20).map { _ in demand.heldUp(.streams(3), connections: 1, at: instant(1)) }
    #expect(held == [ConnectionDemand.Verdict](repeating: .none, count: 19) + [.report])
    #expect(!demand.isCurious)
  }
}
