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

  @Test("SIGHUP, which nohup ignores, doesn't end the last delivery")
  func ignored() async throws {
    let collector = try await LoopbackCollector()
    collector.script(.silence)
    let options = (["--endpoint", collector.endpoint] + ExecCommandTests.patient).joined(separator: " ")
    let process = try ChildProcess(
      ["/bin/sh", "-c", "trap '' HUP; exec '\(Tool.path)' exec \(options) -- sh -c 'exit 9'"], input: "")
    #expect(await Loopback.wait { collector.requestCount == 1 })
    for number in [1, 10] as [Int32] {
      process.send(number)
      // The second signal is taken when the first one has had its effect.
      #expect(
        await Loopback.wait {
          let lines = TestFiles.read("/proc/\(process.id)/status").split(separator: "\n")
          return lines.first { $0.hasPrefix("ShdPnd:") }?.hasSuffix("\t0000000000000000") != false
        })
    }
    #expect(process.isRunning)
    process.send(15)
    #expect(await process.wait() == 9)
    await collector.stop()
  }

  /// Runs `otlp exec` with a shell's script in a terminal, and presses Ctrl-C once the output contains a word.
  /// - Returns: The exit code and the number of lines with `got`.
  private func runInTerminal(
    _ options: [String], _ script: String, pressAt word: String, isRepeated: Bool = false
  ) async throws -> String {
    let program = """
      import os, pty, select, sys
      word, repeated = sys.argv[1].encode(), sys.argv[2] == 'true'
      pid, terminal = pty.fork()
      if pid == 0:
        os.execv(sys.argv[3], sys.argv[3:])
      output, presses = b'', 0
      while True:
        if word in output and (repeated or presses == 0):
          os.write(terminal, b'\\x03')
          presses += 1
        if not select.select([terminal], [], [], 0.05 if repeated else 100)[0]:
          continue
        try:
          output += os.read(terminal, 4096)
        except OSError:
          break
      _, status = os.waitpid(pid, 0)
      print(os.waitstatus_to_exitcode(status), output.count(b'got'))
      """
    let process = try ChildProcess(
      ["/usr/bin/python3", "-c", program, word, "\(isRepeated)", Tool.path, "exec"] + options
        + ["--", "sh", "-c", script], input: "")
    #expect(await process.wait() == 0, "\(process.errors)")
    return process.output
  }

  @Test("a key of the terminal reaches the command once")
  func terminal() async throws {
    let collector = try await LoopbackCollector()
    // After the first signal the shell waits for a second one, which must not come.
    let script = """
      n=0; trap 'n=$((n+1)); echo got $n' INT; echo ready
      i=0; while [ $i -lt 40 ]; do sleep 0.02; i=$((i+1)); [ $n = 0 ] && i=0; done; exit 6
      """
    let result = try await runInTerminal(
      ["--endpoint", collector.endpoint] + ExecCommandTests.patient, script, pressAt: "ready")
    #expect(result == "6 1\n")
    #expect(collector.spans.first?.attributes["process.exit.code"] == 6)
    await collector.stop()
  }

  @Test("a key of the terminal during the last delivery ends the tool with the command's exit code")
  func terminalAtEnd() async throws {
    let deaf = Loopback.Deaf()
    let result = try await runInTerminal(
      ["--endpoint", "http://127.0.0.1:\(deaf.port)", "--shutdown-timeout", "10m"],
      "trap '' INT; echo ready; exit 9", pressAt: "ready", isRepeated: true)
    #expect(result == "9 0\n")
  }
}
