import OTLPExport
import OTLPTesting
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Headers of an async provider, on the virtual clock.
@Suite(.ownThreads) struct HeaderProviderTests {
  struct Trouble: Error, CustomStringConvertible {
    var description: String { "the vault is\n closed" }
  }

  /// Gives `token 1`, `token 2`, …, each after a while.
  final class Tokens: Sendable {
    private let simulation: Simulation
    private let takes: Duration
    private let validity: Duration?
    private let failures: Int
    private let state = Mutex((calls: 0, open: 0, mostOpen: 0))

    init(_ simulation: Simulation, takes: Duration = .zero, validFor validity: Duration? = nil, failures: Int = 0) {
      self.simulation = simulation
      self.takes = takes
      self.validity = validity
      self.failures = failures
    }

    var calls: Int { state.withLock { $0.calls } }
    var mostOpen: Int { state.withLock { $0.mostOpen } }

    var provider: HeaderProvider {
      { [self] in
        let number = state.withLock { state in
          state.calls += 1
          state.open += 1
          state.mostOpen = max(state.mostOpen, state.open)
          return state.calls
        }
        defer { state.withLock { $0.open -= 1 } }
        if takes > .zero { await simulation.sleep(takes) }
        try Task.checkCancellation()
        if number <= failures { throw Trouble() }
        return ProvidedHeaders(["authorization": "token \(number)"], validFor: validity)
      }
    }
  }

  private static func fixture(
    _ simulation: Simulation, _ tokens: Tokens, _ steps: [ScriptedClient.Step] = [],
    standard: ScriptedClient.Step = .accept,
    configure: (inout OTLPConfiguration) -> Void = { _ in }
  ) -> DeliveryFixture {
    DeliveryFixture(simulation, steps, standard: standard) {
      $0.headerProvider = tokens.provider
      configure(&$0)
    }
  }

  private static func sent(_ fixture: DeliveryFixture) -> [String?] {
    fixture.client.calls.map { $0.headers?["authorization"] }
  }

  @Test func withoutAProviderTheHeadersAreTheClients() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation)
      _ = await fixture.export()
      #expect(fixture.client.calls.first?.headers == nil)
    }
  }

  @Test func headersAreUsedUntilTheirValidityEnds() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation, validFor: .seconds(60))
      let fixture = Self.fixture(simulation, tokens)
      for _ in 0..<3 { #expect(await fixture.export().exported == 10) }
      await simulation.sleep(.seconds(60))
      _ = await fixture.export()
      #expect(Self.sent(fixture) == ["token 1", "token 1", "token 1", "token 2"])
      #expect(tokens.calls == 2)
    }
  }

  @Test func providedHeadersOverrideConfiguredHeaders() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, Tokens(simulation)) {
        $0.headers = ["Authorization": "old", "x-tenant": "7"]
      }
      _ = await fixture.export()
      let headers = try #require(fixture.client.calls.first?.headers)
      #expect(headers["authorization"] == "token 1")
      #expect(headers["x-tenant"] == "7")
    }
  }

  @Test func allExportsWaitForASingleCall() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation, takes: .seconds(3))
      let fixture = Self.fixture(simulation, tokens)
      let tasks = (0..<8).map { _ in simulation.task { await fixture.export() } }
      for task in tasks { #expect(await task.value.exported == 10) }
      #expect(tokens.calls == 1)
      #expect(Set(Self.sent(fixture)) == ["token 1"])
    }
  }

  @Test func unauthenticatedCallsTheProviderOnceAndResendsOnce() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation)
      let fixture = Self.fixture(simulation, tokens, [.fail(.server(16, "expired"))])
      let start = simulation.now
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(outcome.attempts == 2)
      #expect(outcome.possibleDuplicates == 0)
      #expect(Self.sent(fixture) == ["token 1", "token 2"])
      #expect(simulation.now == start)  // no pause
      #expect(fixture.log.events.isEmpty)
    }
  }

  @Test func theShutdownOfASignalEndsItsWaitForHeaders() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, Tokens(simulation, takes: .seconds(60))) { $0.timeout.set(.zero) }
      let start = simulation.now
      let waiting = simulation.task { await fixture.export(within: .seconds(40)) }
      await simulation.sleep(.seconds(1))
      await fixture.delivery.end(.traces, deadline: Deadline(start + .seconds(10)))
      #expect(await waiting.value.dropped == [.shutdown: 10])
      #expect(simulation.now - start == .seconds(10))
      await fixture.delivery.close(deadline: Deadline(start + .seconds(10)))
    }
  }

  @Test func aSecondUnauthenticatedIsFinal() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation)
      let fixture = Self.fixture(simulation, tokens, standard: .fail(.server(16, "unknown key")))
      let outcome = await fixture.export()
      #expect(outcome.dropped == [.refused: 10])
      #expect(outcome.attempts == 2)
      #expect(tokens.calls == 2)
      #expect((outcome.error as? OTLPError)?.status == "UNAUTHENTICATED")
    }
  }

  @Test func callsThatAreRefusedTogetherShareTheNewHeaders() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation, takes: .seconds(1))
      let refusals = [ScriptedClient.Step](repeating: .after(.seconds(1), .fail(.server(16))), count: 4)
      let fixture = Self.fixture(simulation, tokens, refusals)
      let tasks = (0..<4).map { _ in simulation.task { await fixture.export() } }
      for task in tasks { #expect(await task.value.exported == 10) }
      #expect(tokens.calls == 2)
      #expect(tokens.mostOpen == 1)
    }
  }

  @Test func aRefusalWithoutAProviderStaysFinal() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .fail(.server(16)))
      #expect(await fixture.export().attempts == 1)
      let stopped = Self.fixture(simulation, Tokens(simulation), standard: .fail(.server(16, pushback: .stop)))
      #expect(await stopped.export().attempts == 1)  // 5.10.5
    }
  }

  @Test func aFailureIsReportedAndRetried() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation, failures: 2)
      let fixture = Self.fixture(simulation, tokens)
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(outcome.attempts == 1)  // a call without headers is no attempt
      #expect(tokens.calls == 3)
      let event = try #require(fixture.log.events.first)
      #expect(event.fields["message"]?.contains("the header provider failed: the vault is") == true)
      #expect(event.fields["message"]?.contains("\n") == false)
    }
  }

  @Test func withoutHeadersNothingIsSent() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, Tokens(simulation, failures: .max))
      let start = simulation.now
      let outcome = await fixture.export(within: .seconds(20))
      #expect(outcome.dropped == [.unreachable: 10])
      #expect(outcome.attempts == 0)
      #expect(fixture.client.calls.isEmpty)
      #expect(simulation.now - start <= .seconds(20))
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.code == .headerProvider)
      #expect(error.message.contains("the vault is"))
    }
  }

  @Test func aHeaderThatCannotBeSentIsNamedWithoutItsValue() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation) {
        $0.headerProvider = { ProvidedHeaders(["authorization": "s3cr3t\r\nx: y"]) }
      }
      let outcome = await fixture.export(within: .seconds(3))
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.code == .headerProvider)
      #expect(error.message.contains("authorization"))
      let words = [error.message] + fixture.log.events.flatMap { $0.fields.map(\.value) }
      #expect(words.allSatisfy { !$0.contains("s3cr3t") })
    }
  }

  @Test func theProvidersTimeCountsAsTheAttempts() throws {
    try simulate(seed: 1) { simulation in
      // The attempt that called the provider ends after 10 s; the result serves a later attempt.
      let tokens = Tokens(simulation, takes: .seconds(12))
      let fixture = Self.fixture(simulation, tokens)
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(tokens.calls == 2)
      #expect(fixture.log.events.first?.fields["message"]?.contains("has not answered") == true)
      let call = try #require(fixture.client.calls.first)
      #expect(Self.sent(fixture) == ["token 1"])
      #expect(call.deadline <= Deadline(call.time + .seconds(10)))
    }
  }

  @Test func theDeadlineHoldsForAProviderThatNeverAnswers() throws {
    try simulate(seed: 1) { simulation in
      let tokens = Tokens(simulation, takes: .seconds(100_000))
      let fixture = Self.fixture(simulation, tokens)
      let start = simulation.now
      let outcome = await fixture.export(within: .seconds(25))
      #expect(simulation.now - start <= .seconds(25))
      #expect(outcome.dropped == [.unreachable: 10])
      #expect((outcome.error as? OTLPError)?.code == .headerProvider)
      #expect(tokens.calls == 3)
    }
  }

  /// Hangs despite cancellation until the test releases the calls; calls from a number on return.
  private final class Hanging: Sendable {
    private let from: Int
    private let state = Mutex((calls: 0, open: [Promise<Void>]()))

    init(until from: Int) { self.from = from }

    var calls: Int { state.withLock { $0.calls } }
    func letGo() { for promise in state.withLock({ $0.open }) { promise.fulfil(()) } }

    var provider: HeaderProvider {
      { [self] in
        let promise = Promise<Void>()
        let number = state.withLock { state in
          state.calls += 1
          state.open.append(promise)
          return state.calls
        }
        if number < from { await promise.value }
        return ProvidedHeaders(["authorization": "token \(number)"])
      }
    }
  }

  @Test(arguments: 1...4) func aHangingProviderIsCalledAgain(hanging: Int) throws {
    try simulate(seed: 1) { simulation in
      let provider = Hanging(until: hanging)
      let fixture = DeliveryFixture(simulation) { $0.headerProvider = provider.provider }
      // A processor's export: the time in which there are no headers doesn't count.
      let outcome = await fixture.delivery.export(
        SpanBatch(StandardWorkload().spans(0..<10)), timeout: .seconds(15),
        deadline: Deadline(simulation.now + .seconds(300)))
      #expect(outcome.exported == 10)
      #expect(Self.sent(fixture) == ["token \(hanging)"])
      #expect(fixture.events("the header provider doesn't answer").count == hanging - 1)
      provider.letGo()
      // A late result doesn't replace the result of a later call.
      #expect(await fixture.export().exported == 10)
      #expect(Self.sent(fixture).last == "token \(hanging)")
    }
  }

  @Test func theNumberOfHangingCallsIsBounded() throws {
    try simulate(seed: 1) { simulation in
      let provider = Hanging(until: 100)
      let fixture = DeliveryFixture(simulation) { $0.headerProvider = provider.provider }
      let export = simulation.task {
        await fixture.delivery.export(
          SpanBatch(StandardWorkload().spans(0..<10)), timeout: .seconds(15),
          deadline: Deadline(simulation.now + .seconds(7200)))
      }
      await simulation.sleep(.seconds(3600))
      #expect(provider.calls == HeaderRefresh.mostHanging)
      #expect(fixture.client.calls.isEmpty)
      provider.letGo()
      #expect(await export.value.exported == 10)
      #expect(Self.sent(fixture) == ["token 1"])
    }
  }

  @Test func shutdownDoesNotWaitForTheProvider() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, Tokens(simulation, takes: .seconds(100_000))) { $0.timeout.set(.zero) }
      let export = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      await fixture.delivery.shutdown(deadline: Deadline(start + .seconds(2)))
      #expect(await export.value.total == 10)
      #expect(simulation.now - start == .seconds(2))
    }
  }

  @Test func aCancelledExportDoesNotWait() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, Tokens(simulation, takes: .seconds(8)))
      let first = simulation.task { await fixture.export() }
      let second = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      first.cancel()
      let start = simulation.now
      #expect(await first.value.total == 10)
      #expect(simulation.now == start)
      #expect(await second.value.exported == 10)
    }
  }
}
