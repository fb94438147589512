import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct XRayIDGeneratorTests {
  @Test("a trace id begins with the seconds, and the rest is random")
  func seconds() {
    let generator = XRayIDGenerator { 0x5759_E988 }
    let ids = (0..<1000).map { _ in generator.makeTraceID() }
    #expect(ids.allSatisfy { $0.isValid && $0.description.hasPrefix("5759e988") })
    #expect(Set(ids).count == 1000 && Set(ids.map { $0.high & 0xFFFF_FFFF }).count > 990)
    #expect(generator.makesRandomTraceIDs && generator.makeSpanID().isValid)
  }

  @Test func theSecondsAreTheWallClocks() {
    let seconds = XRayIDGenerator().makeTraceID().high >> 32
    #expect(abs(Int(seconds) - Int(TraceClock.wallNanoseconds / 1_000_000_000)) <= 1)
  }
}
