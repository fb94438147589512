// Sends an encoded message repeatedly, as cclient does: CONCURRENCY unary calls at once, from tasks on the channel's loop,
// in plaintext or, with a file of authorities, in TLS. Prints the CPU time per call for each round.
import BenchSupport
import GRPCClient
import HTTP2Transport
import TelemetryCore

var arguments = Arguments(usage: "export-bench PORT PAYLOAD CONCURRENCY CALLS ROUNDS [AUTHORITIES]")
let port = arguments.number()
let payload = contents(ofFile: arguments.text())
let concurrency = arguments.number()
let calls = arguments.number()
let rounds = arguments.number()
let authorities = arguments.isEmpty ? nil : arguments.text()

let lease = try TelemetryRuntime.shared.acquire()
let finished = BlockingSemaphore()

@Sendable func send(_ calls: Int, _ message: BufferSlice, over channel: GRPCChannel, on loop: TelemetryLoop) async {
  let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
  for _ in 0..<calls {
    let deadline = Deadline(MonotonicInstant(nanoseconds: loop.now.nanoseconds + 10_000_000_000))
    let result = await channel.unary(path: path, message: message, deadline: deadline)
    guard result.code == .ok else { fatalError("\(result)") }
  }
}

@Sendable func round(
  _ calls: Int, _ concurrency: Int, _ message: BufferSlice, over channel: GRPCChannel, on loop: TelemetryLoop
) async {
  guard concurrency > 1 else { return await send(calls, message, over: channel, on: loop) }
  let tasks = (0..<concurrency).map { number in
    Task(executorPreference: loop) {
      await send(calls / concurrency + (number < calls % concurrency ? 1 : 0), message, over: channel, on: loop)
    }
  }
  for task in tasks { await task.value }
}

@Sendable func measure(
  _ port: UInt16, _ payload: [UInt8], _ concurrency: Int, _ calls: Int, _ rounds: Int, _ authorities: String?,
  on loop: TelemetryLoop
) async throws {
  let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) }
  let message = BufferSlice(prefix + payload)
  var configuration = GRPCChannelConfiguration(target: .host("127.0.0.1", port: port))
  configuration.tls = try authorities.map { try TLSContext(client: TLSConfiguration(trust: .file($0))) }
  let channel = try GRPCChannel(configuration: configuration, network: SystemNetwork(), loop: loop)
  await round(20, concurrency, message, over: channel, on: loop)
  for _ in 0..<rounds {
    let start = processCPU()
    await round(calls, concurrency, message, over: channel, on: loop)
    report("microsecondsPerCall", Double(processCPU() - start) / 1000 / Double(calls))
  }
  await channel.shutdown(deadline: .after(.seconds(1)))
}

// The main thread waits outside Swift's concurrency, since parking it there crashes valgrind.
Task(executorPreference: lease.loop) { [port, payload, concurrency, calls, rounds, authorities, loop = lease.loop] in
  do {
    try await measure(UInt16(port), payload, concurrency, calls, rounds, authorities, on: loop)
  } catch {
    fatalError("\(error)")
  }
  finished.signal()
}
_ = finished.wait(until: .never)
lease.end()
