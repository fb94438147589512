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

let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) }
let headers = HeaderBlock([
  (":method", "POST", false), (":scheme", "http", false),
  (":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", false), (":authority", "localhost", false),
  ("te", "trailers", false), ("content-type", "application/grpc", false), ("user-agent", "peers-c", false),
])
let request = HTTP2Request(headers: headers, body: BufferSlice(prefix + payload), maxResponseBytes: 4 << 20)
let lease = try Runtime.shared.acquire()
let loop = lease.loop

func call(_ connection: HTTP2Connection, _ count: Int) async {
  for _ in 0..<count {
    let response = await connection.request(request, deadline: .after(.seconds(10)))
    guard response.failure == nil, response.trailers.value(for: "grpc-status") == "0" else { fatalError("\(response)") }
  }
}

try await Task(executorPreference: loop) {
  let network = SystemNetwork()
  let address = SocketAddress(numeric: "127.0.0.1", port: UInt16(port))!
  let connection = HTTP2Connection(
    loop: loop, transport: try await network.connect(to: address, on: loop, deadline: .after(.seconds(5))))
  try await connection.start(deadline: .after(.seconds(5)))
  await call(connection, 20)
  for _ in 0..<rounds {
    let start = processCPU()
    await call(connection, calls)
    report("microsecondsPerCall", Double(processCPU() - start) / 1000 / Double(calls))
  }
  await connection.close(deadline: .after(.seconds(1)))
}.value
lease.end()
