import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// The start and the end of `otlp receive`.
@Suite(.ownThreads) struct ReceiveStartTests {
  private func start(_ arguments: [String]) async throws -> ChildProcess {
    let process = try Tool.start(["receive"] + arguments)
    #expect(await Loopback.wait { process.errors.contains("listening on ") }, "\(process.errors)")
    return process
  }

  @Test("two signals at once are one", arguments: [(2, 15), (15, 2)] as [(Int32, Int32)])
  func twoSignals(_ first: Int32, _ second: Int32) async throws {
    let process = try await start(["--port", "0"])
    process.send(first)
    process.send(second)
    #expect(await process.wait() == 0)
    #expect(process.errors.contains("received 0 spans in 0 requests"), "\(process.errors)")
  }

  @Test("a socket that a killed receiver left is replaced, one that is in use isn't")
  func staleSocket() async throws {
    let path = try TestFiles.makeDirectory() + "/otlp.socket"
    let killed = try await start(["--listen", "unix:" + path])
    killed.send(9)
    #expect(await killed.wait() == 128 + 9)
    #expect(TestFiles.exists(path))
    let process = try await start(["--listen", "unix:" + path])
    let second = try await Tool.run(["receive", "--listen", "unix:" + path])
    #expect(second.code == 78 && second.errors.contains("Address already in use"), "\(second.errors)")
    let load = try await Tool.run(["load", "--endpoint", "unix:" + path, "--spans", "10"])
    #expect(load.code == 0, "\(load.errors)")
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(!TestFiles.exists(path))
    // A file that isn't a socket stays.
    try TestFiles.write("text", to: path)
    let file = try await Tool.run(["receive", "--listen", "unix:" + path])
    #expect(file.code == 78 && TestFiles.read(path) == "text", "\(file.errors)")
  }

  @Test("a file of another kind stays as it is", arguments: ["SQLite format 3\0 and more", "root:x:0:0\n", "\n"])
  func foreignFiles(_ content: String) async throws {
    let folder = try TestFiles.makeDirectory()
    let path = folder + "/traces.jsonl"
    try TestFiles.write(content, to: path)
    for output in [path, folder] {
      let run = try await Tool.run(["receive", "--port", "0", "--output", output])
      #expect(run.code == 78 && run.errors.contains("something else than lines of JSON"), "\(run.errors)")
      #expect(TestFiles.read(path) == content)
    }
  }
}
