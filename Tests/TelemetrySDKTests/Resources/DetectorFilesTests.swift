import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct DetectorFilesTests {
  @Test func unreadableFilesAreAbsent() {
    for path in ["/nonexistent", "/dev/null", "/", "/dev/zero", "a\u{0}b", ""] {
      #expect(DetectorFiles.system.contents(path) == nil)
    }
  }

  #if os(Linux)
    @Test func systemFilesAreRead() {
      #expect(DetectorFiles.system.contents("/proc/self/cgroup") != nil)
      #expect(DetectorFiles.system.contents("/proc/self/mountinfo")?.contains("/proc") == true)
      #expect(DetectorFiles.system.line("/proc/sys/kernel/ostype") == "Linux")
    }
  #endif

  @Test func aLineIsTheFirstOne() {
    let files = DetectorFiles.fixed(["a": " one \ntwo", "b": "\nx", "c": ""])
    #expect(files.line("a") == "one" && files.line("b") == nil && files.line("c") == nil && files.line("d") == nil)
  }
}
