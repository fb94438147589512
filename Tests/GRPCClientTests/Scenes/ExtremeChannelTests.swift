import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// No configuration value and no deadline stops the process.
@Suite(.ownThreads) struct ExtremeChannelTests {
  private static let durations: [Duration] = [
    .seconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1), .seconds(1), .seconds(Int64.max),
  ]

  private func run(_ change: @escaping @Sendable (inout GRPCChannelConfiguration) -> Void) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      simulation.network.setHost("collector", .addresses([home]))
      var configuration = GRPCChannelConfiguration(
        target: .host("collector", port: 4317), backoff: .init(seed: 1))
      change(&configuration)
      for policy in [LoadBalancing.pickFirst, .roundRobin] {
        configuration.loadBalancing = policy
        let channel = try GRPCChannel(
          configuration: configuration, network: simulation.network, loop: simulation.loop, diagnostics: .silent)
        for _ in 0..<3 {
          let result = await simulation.call(channel, within: .seconds(5))
          #expect([.ok, .unavailable, .resourceExhausted, .deadlineExceeded].contains(result.code), "\(result)")
        }
        await channel.shutdown(deadline: Deadline(simulation.now))
      }
      await collector.stop()
    }
  }

  @Test("no duration stops the process", arguments: durations)
  func times(duration: Duration) throws {
    try run { $0.connectTimeout = duration }
    try run { $0.probeAfter = duration }
    try run { $0.maxConnectionAge = duration }
    try run { $0.keepalive = KeepaliveConfiguration(interval: duration, timeout: duration) }
    try run {
      $0.backoff = ConnectionBackoff.Configuration(
        initial: duration, maximum: duration, maximumUnconnected: duration, minimumConnectTimeout: duration, seed: 1)
    }
  }

  @Test("no number stops the process", arguments: [Int.min, -1, 0, 1, 1 << 32, Int.max])
  func numbers(number: Int) throws {
    try run { $0.maxConnections = number }
    try run { $0.maxResponseBytes = number }
    try run { $0.backoff.seed = UInt64(bitPattern: Int64(number)) }
  }

  @Test("any remaining time has a valid grpc-timeout")
  func timeouts() {
    var headers = RequestHeaders(
      authorities: ["a"], isSecure: false, userAgent: "u", acceptsGzip: false, metadata: [])
    var random = SeededRandom(seed: 5)
    var times: [Int64] = [.min, -1, 0, 1, 999_999_999, 1_000_000_000, 1_000_000_001, .max - 1, .max]
    times += (0..<500).map { _ in
      Int64.random(in: Int64.min...Int64.max, using: &random) >> (Int64.random(in: 0...62, using: &random))
    }
    for left in times {
      let (_, field) = headers.next(exportPath, .identity, host: 0, nanosecondsLeft: left)
      if let value = field?.value { #expect((2...9).contains(value.utf8.count), "\(left): \(value)") }
    }
  }

  @Test("a message beyond 4 GiB is refused before anything is sent, as gRPC's prefix has four bytes for the length")
  func message() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let channel = try simulation.channel()
      // Address space only: no page is ever touched.
      let buffer = RawBuffer(capacity: 5 << 30)
      let result = await channel.unary(
        path: exportPath, message: BufferSlice(buffer: buffer, range: 0..<(4 << 30) + 5), deadline: .never)
      #expect(result.code == .resourceExhausted && result.fate == .neverProcessed)
      #expect(result.message == "request message of 4294967296 bytes; gRPC permits at most 4294967295")
      await channel.shutdown(deadline: Deadline(simulation.now))
    }
  }

  @Test("only the first of thousands of addresses are tried")
  func addresses() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      simulation.network.setHost("collector", .addresses((0..<4_000).map { 0x0A00_0000 + $0 }))
      let most = Mutex(0)
      simulation.network.planConnections { address, _, _ in
        if case .ipv4(let number, _) = address { most.withLock { $0 = max($0, Int(number - 0x0A00_0000)) } }
        return .refuse
      }
      let channel = try simulation.channel()
      let start = simulation.now
      let call = simulation.task {
        await channel.unary(path: exportPath, message: emptyMessage, deadline: Deadline(start + .seconds(5)))
      }
      #expect(await call.value.code == .unavailable)
      #expect(most.withLock { $0 } == 31)
      await channel.shutdown(deadline: Deadline(simulation.now))
    }
  }
}
