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
    #expect(attributes["process.pid"] as Int? == Int(getpid()))
    #expect(attributes["process.parent_pid"] as Int? == Int(getppid()))
    #expect(attributes["process.executable.name"] as String? == Executable.name)
    #expect(Executable.name?.contains("/") == false)
    #expect(attributes["process.executable.path"] as String? == Executable.path)
    #expect(attributes["process.runtime.name"] == "swift")
    #expect(attributes["process.command"] as String? == CommandLine.arguments[0])
  }

  @Test func argumentsAreThereOnDemandAlone() {
    let arguments = ProcessDetector(includesArguments: true).detect().attributes["process.command_args"] as [String]?
    #expect(arguments == CommandLine.arguments)
    #expect(ProcessDetector().detect().attributes["process.command_args"] as [String]? == nil)
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
