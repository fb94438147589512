// Sends one message that is already encoded, again and again, as cclient does: one unary call at a time, from a task on
// the channel's own loop. Prints CPU per call for each round.
import BenchSupport
import GRPCClient
import HTTP2Transport
import TelemetryCore

var arguments = Arguments(usage: "export-bench PORT PAYLOAD CALLS ROUNDS")
let port = arguments.number()
let payload = contents(ofFile: arguments.text())
let calls = arguments.number()
let rounds = arguments.number()
let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) }
let message = BufferSlice(prefix + payload)
let lease = try Runtime.shared.acquire()
let channel = try GRPCChannel(
  configuration: GRPCChannelConfiguration(target: .host("127.0.0.1", port: UInt16(port))), network: SystemNetwork(),
  loop: lease.loop)

func call(_ count: Int) async {
  for _ in 0..<count {
    let result = await channel.unary(path: path, message: message, deadline: .after(.seconds(10)))
    guard result.code == .ok else { fatalError("\(result)") }
  }
}

await Task(executorPreference: lease.loop) {
  await call(20)
  for _ in 0..<rounds {
    let start = processCPU()
    await call(calls)
    report("microsecondsPerCall", Double(processCPU() - start) / 1000 / Double(calls))
  }
}.value
await channel.shutdown(deadline: .after(.seconds(1)))
lease.end()
