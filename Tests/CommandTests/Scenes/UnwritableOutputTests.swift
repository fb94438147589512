import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Standard output that can't be written.
@Suite(.ownThreads) struct UnwritableOutputTests {
  @Test(
    "output to a full disk is a failure",
    arguments: [
      "help", "help --man", "help --completions fish", "--help", "--version", "load --help", "doctor --help", "demo",
      "demo --json", "help load",
    ])
  func aFullDiskIsAFailure(_ arguments: String) async throws {
    let process = try ChildProcess(["/bin/sh", "-c", "exec \(Tool.path) \(arguments) > /dev/full"], input: "")
    #expect(await process.wait() == 69)
    #expect(process.errors.hasSuffix("standard output: No space left on device\n"))
    #expect(process.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "output that is closed at the start is a failure, and goes into no other file",
    arguments: ["help", "load --spans 10", "load --spans 10 --json", "doctor"])
  func aClosedOutputIsAFailure(_ arguments: String) async throws {
    let collector = try await LoopbackCollector()
    let endpoint = arguments == "help" ? "" : " --endpoint \(collector.endpoint)"
    for closed in [">&-", "<&- >&-"] {
      let process = try ChildProcess(
        ["/bin/sh", "-c", "exec \(Tool.path) \(arguments)\(endpoint) \(closed)"], input: "")
      #expect(await process.wait() == 69)
      #expect(process.errors.hasSuffix("standard output: Bad file descriptor\n"), "\(process.errors)")
    }
    if arguments.hasPrefix("load") { #expect(collector.spanCount == 20) }
    await collector.stop()
  }

  @Test func aClosedPipeIsAFailure() async throws {
    let process = try ChildProcess(
      ["/bin/bash", "-c", "(sleep 0.3; exec \(Tool.path) help --man) | :; exit ${PIPESTATUS[0]}"], input: "")
    #expect(await process.wait() == 69)
    #expect(process.errors == "otlp help: standard output: Broken pipe\n")
  }
}
