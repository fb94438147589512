import TestThreads
import Testing

@testable import TelemetrySDK

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.ownThreads) struct ProcessDetectorTests {
  @Test func theProcessIsThisOne() {
    let attributes = ProcessDetector().detect().attributes
    #expect(attributes["process.pid"] == Int(getpid()) && attributes["process.parent_pid"] == Int(getppid()))
    #expect(attributes["process.executable.name"] == Executable.name && Executable.name?.contains("/") == false)
    #expect(attributes["process.executable.path"] == Executable.path && attributes["process.runtime.name"] == "swift")
    #expect(attributes["process.command"] == CommandLine.arguments[0])
  }

  @Test func argumentsAreThereOnDemandAlone() {
    let arguments = ProcessDetector(includesArguments: true).detect().attributes["process.command_args"] as [String]?
    #expect(arguments == CommandLine.arguments)
    #expect(ProcessDetector().detect().attributes["process.command_args"] == [String]?.none)
  }

  @Test func theOwnerIsReadFromThePasswordFile() {
    func owner(_ text: String) -> String? {
      ProcessDetector(files: .fixed(["/etc/passwd": text])).detect().attributes["process.owner"]
    }
    let user = geteuid()
    #expect(owner("other:x:123456:1::/:/bin/sh\nme:x:\(user):1::/:/bin/sh\n") == "me")
    #expect(owner("broken\n::\n:x:\(user):1") == nil && owner("") == nil)
  }
}
