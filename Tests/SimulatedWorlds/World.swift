import GRPCClient
import HTTP2Transport
import OTLPGRPC
package import OTLPTesting
import Synchronization
import TelemetryCore
package import TelemetrySDK

/// Simulates the whole pipeline: producers, processor, exporter, channel, network and servers, with random faults
/// of network and servers. Checks the laws of the pipeline and collects violations.
package actor World {
  nonisolated let simulation: Simulation
  package nonisolated var unownedExecutor: UnownedSerialExecutor { simulation.loop.asUnownedSerialExecutor() }

  nonisolated let plan: WorldPlan
  /// The text that makes a span large.
  nonisolated let filling: String
  var servers: [LoopbackCollector] = []
  /// The numbers of the servers that are stopped for a while.
  var down: Set<Int> = []
  let certificates: WorldCertificates?
  let tokens: TokenMint?
  var processor: BatchSpanProcessor?
  var exporter: OTLPGRPCExporter?
  var channel: GRPCChannel?
  /// The start of the time in which calls wait at a server that may get more connections.
  var waitingSince: MonotonicInstant?
  /// If true, that time must end soon.
  var expectsConnections = false
  /// The violations of the connections at the last step.
  var connectionFaults: [String] = []
  var balance: Balance
  /// The executor that exports prefer.
  let executor: any TaskExecutor
  var book = SpanBook()
  var faults: [String] = []
  /// True since the first call of shutdown.
  var shutdownBegan = false
  /// The earliest deadline of the calls of shutdown.
  var shutdownDeadline = Deadline.never
  /// The time at which shutdown expedites the exporter.
  var shutdownExpedite = Deadline.never
  /// An export ended after the deadline of shutdown.
  var exportWasCut = false
  var finalLedger = Ledger()
  private let lifetimeProbe = LifetimeProbe()

  /// The result of a run.
  package struct Result: Sendable {
    package var faults: [String]
    package var ledger: Ledger
    package var trace: VirtualClock.Trace
    package var balance = Balance()
  }

  /// The use of the servers in a run.
  package struct Balance: Sendable {
    package var isRoundRobin = false
    package var hasSeveralNames = false
    /// The maximum number of simultaneous connections of one server.
    package var maxConnectionsOfServer = 0
  }

  /// Runs the world of a plan.
  package static func run(_ plan: WorldPlan, log: (@Sendable (String) -> Void)? = nil) throws -> Result {
    if plan.overTLS { OpenSSLRandom.use(seed: plan.seed) }
    return try simulate(seed: plan.seed, limit: .seconds(24 * 3600), tick: .tick(seed: plan.seed)) { simulation in
      let world = try await World(simulation, plan)
      try await world.begin(log)
      try await world.live()
      await world.end()
      return await Result(
        faults: world.faults, ledger: world.finalLedger, trace: simulation.trace,
        balance: world.balance)
    }
  }

  private init(_ simulation: Simulation, _ plan: WorldPlan) async throws {
    self.simulation = simulation
    self.plan = plan
    executor = ExecutorHop.random(seed: plan.seed, simulation.loop)
    balance = Balance(
      isRoundRobin: plan.client.loadBalancing == .roundRobin, hasSeveralNames: plan.names.count > 1)
    filling = String(decoding: [UInt8](repeating: UInt8(ascii: "x"), count: plan.largeBytes), as: UTF8.self)
    certificates = plan.overTLS ? try WorldCertificates() : nil
    tokens = plan.headers.map { _ in TokenMint() }
  }

  // MARK: Set-up

  private func begin(_ log: (@Sendable (String) -> Void)?) async throws {
    for (address, configuration) in zip(WorldPlan.addresses, plan.servers) {
      servers.append(try await server(configuration, on: address))
    }
    restoreNames()
    let isStormy = plan.weather == .stormy
    simulation.network.planConnections { _, _, random in
      isStormy ? .random(using: &random) : .link(.sound(using: &random))
    }
    var configuration = plan.client
    configuration.certificate = (certificates?.authority).map { .file($0) }
    configuration.headerProvider = headerProvider()
    let diagnostics = diagnostics(log)
    let exporter = try OTLPGRPCExporter(
      configuration, loop: simulation.loop, network: simulation.network, diagnostics: diagnostics, seed: plan.seed
    ) { channel in self.assumeIsolated { $0.channel = channel } }
    self.exporter = exporter
    processor = try BatchSpanProcessor(
      exporter: ObservedExporter(exporter: exporter, world: self), configuration: plan.batch, loop: simulation.loop,
      diagnostics: diagnostics)
    simulation.network.clock.onStep { self.assumeIsolated { $0.checkStep() } }
  }

  /// Resolves each name to its servers again.
  func restoreNames() {
    for (index, name) in plan.names.enumerated() {
      simulation.network.setHost(name, .sockets(plan.addresses(of: index)))
    }
  }

  func server(
    _ configuration: LoopbackCollector.Configuration, on address: SocketAddress, scripted: Bool = true
  ) async throws -> LoopbackCollector {
    var configuration = configuration
    configuration.tls = certificates?.server
    configuration.onAccept = { request, response in
      self.assumeIsolated { $0.book.accepted(request, response) }
    }
    let server = try await LoopbackCollector(configuration, on: address, of: simulation)
    server.onRequest(requestCheck())
    guard scripted else { return server }
    server.script((0..<plan.answers).map { _ in simulation.draw { .random(using: &$0) } })
    if plan.weather == .stormy {
      server.scriptConnections((0..<20).map { _ in simulation.draw { .random(using: &$0) } })
    }
    return server
  }

  /// Refuses a request with an old token or a bad span.
  func requestCheck() -> @Sendable (LoopbackCollector.Request) -> LoopbackCollector.Response {
    let (plan, tokens) = (plan, tokens)
    return { request in
      if let tokens, !tokens.isValid(request.header("authorization")) {
        return .status(.unauthenticated, message: "the token is old")
      }
      let isBad = request.spanIDs.contains { plan.isPoisonous(Int($0) - 1) }
      return isBad ? .status(.invalidArgument, message: "a span is bad") : .success
    }
  }

  private func headerProvider() -> HeaderProvider? {
    guard let headers = plan.headers, let tokens else { return nil }
    let simulation = simulation
    return {
      if !tokens.isSettled {
        await simulation.sleep(simulation.draw { $0.duration(in: headers.latency) })
        if simulation.draw({ $0.oneIn(headers.failure) }) { throw TokenMint.Failure() }
      }
      return ProvidedHeaders(["authorization": tokens.current], validFor: headers.validity)
    }
  }

  // MARK: Lifetime

  /// Each part with diagnostics retains a holder of this probe, so `isGone` is true when no part exists any more.
  private final class LifetimeProbe: Sendable {
    private let isThere = Mutex(false)
    var isGone: Bool { isThere.withLock { !$0 } }

    func holder() -> Holder {
      isThere.withLock { $0 = true }
      return Holder(self)
    }

    final class Holder: Sendable {
      private let lifetimeProbe: LifetimeProbe
      init(_ lifetimeProbe: LifetimeProbe) { self.lifetimeProbe = lifetimeProbe }
      deinit { lifetimeProbe.isThere.withLock { $0 = false } }
    }
  }

  private func diagnostics(_ log: (@Sendable (String) -> Void)?) -> Diagnostics {
    let holder = lifetimeProbe.holder()
    let simulation = simulation
    return Diagnostics(minimumLevel: log == nil ? .error : .debug) { event in
      withExtendedLifetime(holder) { log?("\(simulation.text(of: event))") }
    }
  }

  /// Releases the processor and the exporter, and checks that none of their parts is retained.
  func release() async {
    processor = nil
    exporter = nil
    channel = nil
    await simulation.sleep(.milliseconds(1))
    if !lifetimeProbe.isGone { faults.append("a part of the pipeline is still held after the end") }
  }
}

/// Tokens for the servers. Only the latest token is valid.
final class TokenMint: Sendable {
  struct Failure: Error {}

  private let state = Mutex((number: 1, isSettled: false))

  var current: String { state.withLock { "Bearer \($0.number)" } }
  /// If true, the provider neither fails nor delays.
  var isSettled: Bool { state.withLock { $0.isSettled } }

  func isValid(_ token: String?) -> Bool { token == current }
  func rotate() { state.withLock { $0.number += 1 } }
  func settle() { state.withLock { $0.isSettled = true } }
}

extension Simulation {
  /// The virtual time since the start of the simulation.
  var milliseconds: Int64 { now.nanoseconds / 1_000_000 - 1000 }

  func text(of event: DiagnosticEvent) -> String { "\(milliseconds) ms: \(event.level): \(event)" }
}

extension Diagnostics {
  /// Logs all events with their virtual time.
  init(log: @escaping @Sendable (String) -> Void, of simulation: Simulation) {
    self.init { log(simulation.text(of: $0)) }
  }
}
