import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct HostDetectorTests {
  @Test func theHostHasANameAndAnArchitecture() {
    let attributes = HostDetector().detect().attributes
    #expect((attributes["host.name"] as String?)?.isEmpty == false)
    #expect(["amd64", "arm64"].contains(attributes["host.arch"] as String?))
  }

  @Test func theIDIsTheMachines() {
    func id(_ files: [String: String]) -> String? { HostDetector(files: .fixed(files)).detect().attributes["host.id"] }
    #expect(id(["/etc/machine-id": " abc\n"]) == "abc")
    #expect(id(["/etc/machine-id": "\n", "/var/lib/dbus/machine-id": "def"]) == "def" && id([:]) == nil)
  }
}
