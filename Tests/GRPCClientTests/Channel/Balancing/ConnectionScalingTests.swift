import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct ConnectionScalingTests {
  @Test(
    "waiting calls add connections up to the maximum; 20 waits within 10 s there are reported once (5.6.13)"
  )
  func report() {
    var scaling = ConnectionScaling(maxConnections: 2, backoff: steady)
    // The first attempt failed, so the second has to wait for the back-off.
    let first = [1, 1.5, 2].map { scaling.noStreamAvailable(.window, connections: 1, at: instant($0)) }
    #expect(first == [.connect, .none, .connect])
    scaling.connectSucceeded()
    let seldom = (0..<40).map { scaling.noStreamAvailable(.window, connections: 2, at: instant(10 + Double($0))) }
    #expect(seldom.allSatisfy { $0 == .none })
    let often = (0..<40).map {
      scaling.noStreamAvailable(.streams(1), connections: 2, at: instant(100 + Double($0) / 10))
    }
    #expect(often.count { $0 == .report } == 1)
    #expect(often.firstIndex(of: .report) == 19)
    #expect(scaling.isActive)
  }

  @Test("a maximum of one adds no connection, and scaling is inactive after the report")
  func single() {
    var scaling = ConnectionScaling(maxConnections: 1, backoff: steady)
    #expect(scaling.isActive)
    let paused = (0..<30).map { _ in scaling.noStreamAvailable(.streams(0), connections: 1, at: instant(1)) }
    #expect(paused.allSatisfy { $0 == .none })
    let held = (0..<20).map { _ in scaling.noStreamAvailable(.streams(3), connections: 1, at: instant(1)) }
    #expect(held == [ConnectionScaling.Decision](repeating: .none, count: 19) + [.report])
    #expect(!scaling.isActive)
  }
}
