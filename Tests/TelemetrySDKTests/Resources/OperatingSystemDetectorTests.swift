import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct OperatingSystemDetectorTests {
  @Test func theReleaseFileIsRead() {
    let text = """
      # a comment
      PRETTY_NAME="Ubuntu \\"24.04\\" LTS"
      NAME='Ubuntu'
      VERSION_ID=24.04
      EMPTY=
      broken
      """
    let attributes = OperatingSystemDetector(
      files: .fixed(["/etc/os-release": text, "/proc/sys/kernel/osrelease": "6.8.0-1\n"])
    ).detect().attributes
    #expect(attributes["os.name"] == "Ubuntu" && attributes["os.version"] == "24.04")
    #expect(attributes["os.description"] == "Ubuntu \"24.04\" LTS" && attributes["os.build_id"] == "6.8.0-1")
    #expect(["linux", "darwin"].contains(attributes["os.type"] as String?))
  }

  @Test func theSecondPlaceIsReadToo() {
    let files = DetectorFiles.fixed(["/usr/lib/os-release": "NAME=\"\"\nVERSION_ID=\"12\""])
    let attributes = OperatingSystemDetector(files: files).detect().attributes
    #expect(attributes["os.version"] == "12" && attributes["os.name"] as String? == nil)
  }

  @Test func withoutFilesTheTypeStays() {
    #expect(OperatingSystemDetector(files: .fixed([:])).detect().attributes.map(\.key) == ["os.type"])
  }
}
