/// The grpcio server of `Tests/Peers/grpc_server.py`.
package final class PythonPeer: Sendable {
  /// The port of the server. It stays reserved when the server ends, for the next server.
  package let place: Loopback.HeldPort
  private let process: ChildProcess

  /// Starts the server and waits until it listens.
  /// - Parameter place: The port to listen on; nil reserves a port.
  package init(_ arguments: [String] = [], at place: Loopback.HeldPort? = nil) async throws {
    self.place = place ?? Loopback.HeldPort()
    process = try ChildProcess(
      [Peers.python, TestFiles.root + "/Tests/Peers/grpc_server.py", "--port", "\(self.place.number)"] + arguments)
    let process = process
    let isReady = await Loopback.wait(within: .seconds(30)) { !process.isRunning || process.output.contains("\n") }
    guard isReady, process.output.hasPrefix("port \(self.place.number)\n") else {
      throw Peers.NotReady(description: "grpc_server.py: \(process.errors)")
    }
  }

  package var port: UInt16 { place.number }

  package var endpoint: String { "http://127.0.0.1:\(port)" }

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
