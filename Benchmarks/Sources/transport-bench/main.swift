// Sends one message that is already encoded, again and again, over one HTTP/2 connection: export-bench without the gRPC
// layer.
import BenchSupport
import HTTP2Transport
import TelemetryCore

var arguments = Arguments(usage: "transport-bench PORT PAYLOAD CALLS ROUNDS")
let port = arguments.number()
let payload = contents(ofFile: arguments.text())
let calls = arguments.number()
let rounds = arguments.number()

let lease = try Runtime.shared.acquire()
let finished = BlockingSemaphore()

@Sendable func measure(_ loop: EventLoop, _ port: UInt16, _ payload: [UInt8], _ calls: Int, _ rounds: Int) async throws
{
  let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) }
  let headers = HeaderBlock([
    (":method", "POST", false), (":scheme", "http", false),
    (":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", false),
    (":authority", "localhost", false), ("te", "trailers", false), ("content-type", "application/grpc", false),
    ("user-agent", "peers-c", false),
  ])
  let request = HTTP2Request(headers: headers, body: BufferSlice(prefix + payload), maxResponseBytes: 4 << 20)
  let address = SocketAddress(numeric: "127.0.0.1", port: port)!
  let transport = try await SystemNetwork().connect(to: address, on: loop, deadline: .after(.seconds(5)))
  let connection = HTTP2Connection(loop: loop, transport: transport)
  try await connection.start(deadline: .after(.seconds(5)))
  for round in 0...rounds {
    let start = processCPU()
    for _ in 0..<(round == 0 ? 20 : calls) {
      let response = await connection.request(request, deadline: .after(.seconds(10)))
      guard response.failure == nil, response.trailers.value(for: "grpc-status") == "0" else {
        fatalError("\(response)")
      }
    }
    if round > 0 { report("microsecondsPerCall", Double(processCPU() - start) / 1000 / Double(calls)) }
  }
  await connection.close(deadline: .after(.seconds(1)))
}

// The main thread waits outside of Swift's concurrency, whose way to park it crashes valgrind.
Task(executorPreference: lease.loop) { [port, payload, calls, rounds, loop = lease.loop] in
  do {
    try await measure(loop, UInt16(port), payload, calls, rounds)
  } catch {
    fatalError("\(error)")
  }
  finished.signal()
}
_ = finished.wait(until: .never)
lease.end()
