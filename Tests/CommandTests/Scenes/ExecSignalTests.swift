import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Signals for `otlp exec` and its command.
@Suite(.ownThreads) struct ExecSignalTests {
  private func start(_ collector: LoopbackCollector, _ script: String) throws -> ChildProcess {
    try Tool.start(
      ["exec", "--endpoint", collector.endpoint] + ExecCommandTests.patient + ["--", "sh", "-c", script])
  }

  @Test(
    "signals are passed on, and the command decides",
    arguments: [
      ("HUP", 1), ("INT", 2), ("QUIT", 3), ("USR1", 10), ("USR2", 12), ("ALRM", 14), ("TERM", 15),
    ] as [(String, Int32)])
  func forwarding(_ name: String, _ number: Int32) async throws {
    let collector = try await LoopbackCollector()
    let process = try start(collector, "trap 'echo caught; exit 7' \(name); echo ready; while :; do sleep 0.02; done")
    #expect(await Loopback.wait { process.output == "ready\n" })
    process.send(number)
    #expect(await process.wait() == 7)
    #expect(process.output == "ready\ncaught\n" && process.errors.isEmpty)
    #expect(collector.spans.first?.attributes["process.exit.code"] == 7)
    await collector.stop()
  }

  @Test("a signal that ends the command ends the tool with 128 and its number")
  func ending() async throws {
    let collector = try await LoopbackCollector()
    let process = try start(collector, "echo ready; exec sleep 600")
    #expect(await Loopback.wait { process.output == "ready\n" })
    process.send(15)
    #expect(await process.wait() == 143)
    #expect(collector.spans.first?.attributes["error.type"] == "SIGTERM")
    await collector.stop()
  }

  @Test(
    "a signal during the last delivery ends the tool at once with the command's exit code",
    arguments: [2, 15] as [Int32])
  func impatience(_ number: Int32) async throws {
    let deaf = Loopback.Deaf()
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let process = try Tool.start([
      "exec", "--endpoint", "http://127.0.0.1:\(deaf.port)", "--shutdown-timeout", "10m", "--", "sh", "-c",
      "echo $$ > \(folder)/pid; exit 9",
    ])
    // The command is gone once its process can't be found.
    #expect(
      await Loopback.wait {
        let id = TestFiles.read(folder + "/pid").split(separator: "\n").first
        return id.map { TestFiles.read("/proc/\($0)/stat").isEmpty } ?? false
      })
    // A signal that comes just before the tool has noticed the end has no effect.
    #expect(
      await Loopback.wait {
        process.send(number)
        return !process.isRunning
      })
    #expect(await process.wait() == 9)
  }

  /// A terminal sends SIGINT to the tool and to the command, which must get it once.
  @Test("a key of the terminal reaches the command once")
  func terminal() async throws {
    let collector = try await LoopbackCollector()
    let program = """
      import os, pty, sys, time
      pid, terminal = pty.fork()
      if pid == 0:
        script = 'n=0; trap "n=\\\\$((n+1)); echo got \\\\$n" INT; echo ready; i=0; while [ $i -lt 40 ]; do sleep 0.02; i=$((i+1)); [ $n = 0 ] && i=0; done; exit 6'
        os.execv(sys.argv[1], sys.argv[1:] + ['--', 'sh', '-c', script])
      output = b''
      pressed = False
      while True:
        try:
          chunk = os.read(terminal, 4096)
        except OSError:
          break
        if not chunk:
          break
        output += chunk
        if not pressed and b'ready' in output:
          pressed = True
          os.write(terminal, b'\\x03')
      _, status = os.waitpid(pid, 0)
      print(os.waitstatus_to_exitcode(status), output.count(b'got'))
      """
    let process = try ChildProcess(
      ["/usr/bin/python3", "-c", program, Tool.path, "exec", "--endpoint", collector.endpoint]
        + ExecCommandTests.patient, input: "")
    #expect(await process.wait() == 0, "\(process.errors)")
    #expect(process.output == "6 1\n")
    #expect(collector.spans.first?.attributes["process.exit.code"] == 6)
    await collector.stop()
  }
}
