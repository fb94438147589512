import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// Servers that end each connection in order after a call: nginx with `keepalive_requests 1`, Envoy with
/// `max_requests_per_connection`, grpc-go with a short maximum age.
@Suite(.ownThreads) struct OrderlyEndTests {
  typealias Step = LoopbackCollector.Response.Step

  private static let answer = Array(LoopbackCollector.Response.success.steps.dropFirst())
  private static let kinds: [(String, [Step])] = [
    ("single, with the answer", [.goAway(lastStream: .current), .accept] + answer),
    ("single, well before the answer", [.goAway(lastStream: .current), .wait(.milliseconds(20)), .accept] + answer),
    ("single, after the answer", [.accept] + answer + [.goAway(lastStream: .current)]),
    ("pair, after the answer", [.accept] + answer + [.goAway(lastStream: .all), .goAway(lastStream: .current)]),
    ("pair, around the answer", [.goAway(lastStream: .all), .accept] + answer + [.goAway(lastStream: .current)]),
    (
      "pair, a round trip apart",
      [.accept] + answer + [.goAway(lastStream: .all), .wait(.milliseconds(1)), .goAway(lastStream: .current)]
    ),
    (
      "pair, around a late answer",
      [.goAway(lastStream: .all), .wait(.milliseconds(5)), .goAway(lastStream: .current), .wait(.milliseconds(20))]
        + [.accept] + answer
    ),
  ]

  @Test("each next connection is established without a pause, and no call is lost", arguments: kinds, [1, 8])
  func noPause(kind: (name: String, steps: [Step]), concurrency: Int) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      collector.onRequest { [kind] _ in .steps(kind.steps) }
      simulation.network.setHost("collector", .addresses([0x0A00_0001], delay: .zero))
      let channel = try simulation.channel()
      let start = simulation.now
      let callers = (0..<concurrency).map { _ in
        simulation.task {
          var codes: [GRPCStatusCode] = []
          for _ in 0..<(80 / concurrency) {
            codes.append(
              await channel.unary(
                path: exportPath, message: emptyMessage, deadline: Deadline(simulation.now + .seconds(10))
              ).code)
          }
          return codes
        }
      }
      for caller in callers { #expect(await caller.value.allSatisfy { $0 == .ok }, "\(kind.name)") }
      // 80 connections and answers in sequence.
      #expect(simulation.now - start < .seconds(3), "\(kind.name): \(simulation.now - start)")
      #expect(collector.counts.acceptedRequests == 80)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("a server that sends GOAWAY with the SETTINGS and serves nothing gets connections with pauses")
  func servesNothing() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      collector.onRequest { _ in .steps(at: .headers, [.goAway(lastStream: .none)]) }
      simulation.network.setHost("collector", .addresses([home]))
      let channel = try simulation.channel()
      let result = await simulation.call(channel, within: .seconds(20))
      #expect(result.code == .unavailable)
      #expect(result.message.hasSuffix("no connection by the deadline; the last one ended: GOAWAY NO_ERROR"))
      #expect((10...60).contains(collector.counts.connections), "\(collector.counts.connections)")
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }
}
