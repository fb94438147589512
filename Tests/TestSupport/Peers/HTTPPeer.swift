/// The server of `Tests/Peers/http_server.py`.
package final class HTTPPeer: Sendable {
  /// A request that the server logged, as a line of JSON.
  package struct Request: Sendable {
    package let line: String

    /// True if the line has this member. Python writes a blank after each colon.
    package func has(_ name: String, _ value: String) -> Bool { line.contains("\"\(name)\": \"\(value)\"") }

    /// The number of the spans' ids.
    package var spanCount: Int {
      guard let start = line.firstRange(of: "\"spans\": [")?.upperBound else { return -1 }
      return line[start...].prefix { $0 != "]" }.count { $0 == "\"" } / 2
    }
  }

  /// The port of the server. It stays reserved when the server ends, for the next server.
  package let place: Loopback.HeldPort
  private let process: ChildProcess
  private let folder: String

  /// Starts the server and waits until it listens.
  /// - Parameter place: The port to listen on; nil reserves a port.
  package init(
    _ answers: [String] = [], _ arguments: [String] = [], at place: Loopback.HeldPort? = nil
  ) async throws {
    self.place = place ?? Loopback.HeldPort()
    folder = try TestFiles.makeDirectory()
    let options = ["--port", "\(self.place.number)", "--log", folder + "/log"]
    process = try ChildProcess(
      [Peers.python, TestFiles.root + "/Tests/Peers/http_server.py"] + options + arguments
        + answers.flatMap { ["--answer", $0] })
    let process = process
    let isReady = await Loopback.wait(within: .seconds(30)) { !process.isRunning || process.output.contains("\n") }
    guard isReady, process.output.hasPrefix("port ") else {
      throw Peers.NotReady(description: "http_server.py: \(process.errors)")
    }
  }

  deinit { TestFiles.remove(folder) }

  package var port: UInt16 { place.number }
  package var endpoint: String { "http://127.0.0.1:\(port)" }

  /// The requests so far. A server that was killed while it wrote a line has not answered that request.
  package var requests: [Request] {
    let log = TestFiles.read(folder + "/log")
    return log[..<(log.lastIndex(of: "\n") ?? log.startIndex)].split(separator: "\n").map { Request(line: String($0)) }
  }

  package func kill() async {
    process.send(9)
    _ = await process.wait(within: .seconds(10))
  }

  /// Ends the server and returns its summary.
  package func stop() async -> Tool.Result {
    process.closeInput()
    let code = await process.wait(within: .seconds(20))
    var result = Tool.Result(process, code: code)
    result.output = result.output.replacing("\": ", with: "\":")
    return result
  }
}
