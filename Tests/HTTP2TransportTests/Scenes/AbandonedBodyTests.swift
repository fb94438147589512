import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

/// The memory of a request's body after the end of the request.
@Suite(.ownThreads) struct AbandonedBodyTests {
  private static let size = 20_000

  private let budget = ByteBudget(limit: 1 << 20)
  private let pool = ObjectPool<RawBuffer>(
    capacity: 1, factory: { RawBuffer(capacity: AbandonedBodyTests.size) }, size: { $0.capacity })

  private func request(_ pair: Pair, _ body: RawBuffer? = nil) async -> HTTP2Response {
    let buffer = body ?? RawBuffer(lending: pool.acquire())
    let request = HTTP2Request(
      headers: Pair.headers, body: BufferSlice(buffer: buffer, range: 0..<Self.size), maxResponseBytes: 1_000)
    return await pair.connection.request(request, deadline: Deadline(pair.simulation.now + .seconds(1)))
  }

  @Test("a body that the output still refers to counts in the byte budget until it is written")
  func written() throws {
    pool.share(budget)
    var link = SimulatedLink(faults: [.stall(afterBytes: 2_000, from: .client, for: .milliseconds(1_500))])
    link.bufferSize = 4_096
    try withPair(link: link) { pair in
      await pair.peer.answerPings()
      #expect(await request(pair).failure == .deadline)
      #expect(budget.used == Self.size && budget.reserve == 0)
      await pair.simulation.sleep(.seconds(1))
      // Back in the pool.
      #expect(budget.used == Self.size && budget.reserve == Self.size)
      #expect(await pair.connection.acceptsRequests)
    }
  }

  @Test("a body that the output still refers to is free when the connection ends")
  func lost() throws {
    pool.share(budget)
    var link = SimulatedLink(faults: [.stall(afterBytes: 2_000, from: .client, for: .seconds(60))])
    link.bufferSize = 4_096
    try withPair(link: link) { pair in
      #expect(await request(pair).failure == .deadline)
      #expect(budget.used == Self.size && budget.reserve == 0)
      await pair.simulation.sleep(.seconds(3))
      #expect(budget.used == Self.size && budget.reserve == Self.size)
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a ping after a silence"))])
    }
  }

  @Test("a body that an export keeps for the next attempt counts only while the output refers to it")
  func kept() throws {
    pool.share(budget)
    var link = SimulatedLink(faults: [.stall(afterBytes: 2_000, from: .client, for: .seconds(60))])
    link.bufferSize = 4_096
    try withPair(link: link) { pair in
      let body = RawBuffer(lending: pool.acquire())
      #expect(await request(pair, body).failure == .deadline)
      #expect(budget.used == Self.size)
      await pair.simulation.sleep(.seconds(3))
      #expect(budget.used == 0)
      #expect(body.capacity == Self.size)
    }
  }

  @Test("a body whose pool gets the budget while the output refers to it takes and gives nothing")
  func budgetLater() throws {
    var link = SimulatedLink(faults: [.stall(afterBytes: 2_000, from: .client, for: .seconds(60))])
    link.bufferSize = 4_096
    try withPair(link: link) { pair in
      #expect(await request(pair).failure == .deadline)
      pool.share(budget)
      #expect(budget.take(500))
      await pair.simulation.sleep(.seconds(3))
      #expect(budget.used == 500 + budget.reserve)
    }
  }

  @Test("a body that is written is free when the request ends")
  func unsent() throws {
    pool.share(budget)
    try withPair { pair in
      await pair.peer.answerPings()
      #expect(await request(pair).failure == .deadline)
      #expect(budget.used == Self.size && budget.reserve == Self.size)
    }
  }
}
