import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct ConnectionAgeTests {
  @Test(
    "an age varies by a fifth to both sides, a retry follows after a tenth, and without a limit there is no renewal")
  func jitter() {
    let start = MonotonicInstant(nanoseconds: 0)
    var age = ConnectionAge(.seconds(900), seed: 1)
    let ages = (0..<1000).map { _ in age.renewal(bornAt: start) - start }
    #expect(ages.allSatisfy { $0 >= .seconds(720) && $0 <= .seconds(1080) })
    #expect(ages.max()! - ages.min()! > .seconds(300))
    let retry = age.retry(at: start) - start
    #expect(retry >= .seconds(72) && retry <= .seconds(108))
    var off = ConnectionAge(nil, seed: 1)
    #expect(off.renewal(bornAt: start).nanoseconds == .max)
  }
}
