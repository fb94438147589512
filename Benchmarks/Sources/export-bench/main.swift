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

let lease = try Runtime.shared.acquire()
let finished = BlockingSemaphore()

@Sendable func measure(_ port: UInt16, _ payload: [UInt8], _ calls: Int, _ rounds: Int, on loop: EventLoop) async throws
{
  let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
  let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) }
  let message = BufferSlice(prefix + payload)
  let channel = try GRPCChannel(
    configuration: GRPCChannelConfiguration(target: .host("127.0.0.1", port: port)), network: SystemNetwork(),
    loop: loop)
  for round in 0...rounds {
    let start = processCPU()
    for _ in 0..<(round == 0 ? 20 : calls) {
      let deadline = Deadline(MonotonicInstant(nanoseconds: loop.now.nanoseconds + 10_000_000_000))
      let result = await channel.unary(path: path, message: message, deadline: deadline)
      guard result.code == .ok else { fatalError("\(result)") }
    }
    if round > 0 { report("microsecondsPerCall", Double(processCPU() - start) / 1000 / Double(calls)) }
  }
  await channel.shutdown(deadline: .after(.seconds(1)))
}

// The main thread waits outside of Swift's concurrency, whose way to park it crashes valgrind.
Task(executorPreference: lease.loop) { [port, payload, calls, rounds, loop = lease.loop] in
  do {
    try await measure(UInt16(port), payload, calls, rounds, on: loop)
  } catch {
    fatalError("\(error)")
  }
  finished.signal()
}
_ = finished.wait(until: .never)
lease.end()
