// Posts an encoded message repeatedly over HTTP/1.1, as curlclient does: one request after the other. Prints the CPU time per
// request.
import BenchSupport
import HTTP2Transport
import OTLPExport
import OTLPHTTP
import TelemetryCore

var arguments = Arguments(usage: "http-bench PORT PAYLOAD CALLS")
let port = arguments.number()
let payload = contents(ofFile: arguments.text())
let calls = arguments.number()

let lease = try TelemetryRuntime.shared.acquire()
let finished = BlockingSemaphore()

@Sendable func measure(_ port: Int, _ payload: [UInt8], _ calls: Int, on loop: TelemetryLoop) async throws {
  // The client takes the message behind the room of gRPC's prefix.
  let message = OutgoingMessage(
    bytes: BufferSlice([0, 0, 0, 0, 0] + payload), signal: .traces, isCompressed: false)
  let client = try HTTPExportClient(
    .init(endpoint: "http://127.0.0.1:\(port)"), loop: loop, network: SystemNetwork(), .silent)
  let start = processCPU()
  for _ in 0..<calls {
    let deadline = Deadline(MonotonicInstant(nanoseconds: loop.now.nanoseconds + 10_000_000_000))
    let result = await client.send(message, headers: nil, deadline: deadline)
    guard case .success = result else { fatalError("\(result)") }
  }
  report("microsecondsPerCall", Double(processCPU() - start) / 1000 / Double(calls))
  await client.shutdown(deadline: .after(.seconds(1)))
}

// The main thread waits outside Swift's concurrency, since parking it there crashes valgrind.
Task(executorPreference: lease.loop) { [port, payload, calls, loop = lease.loop] in
  do {
    try await measure(port, payload, calls, on: loop)
  } catch {
    fatalError("\(error)")
  }
  finished.signal()
}
_ = finished.wait(until: .never)
lease.end()
