import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct ServiceDetectorTests {
  @Test func theNameFallsBackToTheExecutable() {
    #expect(ServiceDetector(executable: "web").detect().attributes["service.name"] == "unknown_service:web")
    #expect(ServiceDetector(executable: nil).detect().attributes["service.name"] == "unknown_service")
  }

  @Test("the instance is a UUID of version 4, the same for the process")
  func instance() throws {
    let id = try #require(ServiceDetector().detect().attributes["service.instance.id"] as String?)
    #expect(ServiceDetector().detect().attributes["service.instance.id"] == .string(id))
    let parts = id.split(separator: "-")
    #expect(parts.map(\.count) == [8, 4, 4, 4, 12] && parts[2].first == "4" && "89ab".contains(parts[3].first!))
    #expect(ServiceDetector.randomUUID() != ServiceDetector.randomUUID())
  }
}
