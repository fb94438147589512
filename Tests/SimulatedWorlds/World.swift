import GRPCClient
import HTTP2Transport
import OTLPGRPC
package import OTLPTesting
import Synchronization
import TelemetryCore
package import TelemetrySDK

/// One run of everything together: producers, processor, exporter, channel, a network and servers that fail; and what
/// was found wrong with it.
package actor World {
  nonisolated let simulation: Simulation
  package nonisolated var unownedExecutor: UnownedSerialExecutor { simulation.loop.asUnownedSerialExecutor() }

  nonisolated let plan: WorldPlan
  /// What makes a span large.
  nonisolated let filling: String
  var servers: [LoopbackCollector] = []
  /// The numbers of those that are stopped for a while.
  var down: Set<Int> = []
  let certificates: WorldCertificates?
  let tokens: TokenMint?
  var processor: BatchSpanProcessor?
  var exporter: OTLPGRPCExporter?
  var channel: GRPCChannel?
  /// Since when calls wait at a server that may get more connections.
  var waitingSince: MonotonicInstant?
  /// Whether that must end soon.
  var expectsConnections = false
  /// What was wrong with the connections at the last step.
  var connectionFaults: [String] = []
  var balance: Balance
  /// Where exports run, but for what belongs to the loop's actors.
  let detour: any TaskExecutor
  var book = SpanBook()
  var faults: [String] = []
  /// When shutdown was first asked for.
  var shutdownBegan = false
  /// Shutdown's earliest deadline.
  var shutdownDeadline = Deadline.never
  /// When it turns to the exporter's own end.
  var shutdownHurry = Deadline.never
  /// An export ended when shutdown had given it up.
  var exportWasCut = false
  var finalLedger = Ledger()
  private let witness = Witness()

  /// What a run gave.
  package struct Result: Sendable {
    package var faults: [String]
    package var ledger: Ledger
    package var trace: VirtualClock.Trace
    package var balance = Balance()
  }

  /// How a world used its servers.
  package struct Balance: Sendable {
    package var isRoundRobin = false
    package var hasSeveralNames = false
    /// The most connections that one server had at once.
    package var mostConnections = 0
  }

  /// Lives through a world.
  package static func run(_ plan: WorldPlan, log: (@Sendable (String) -> Void)? = nil) throws -> Result {
    if plan.overTLS { OpenSSLRandom.use(seed: plan.seed) }
    return try simulate(seed: plan.seed, limit: .seconds(24 * 3600)) { simulation in
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
    detour = ExecutorHop.drawn(by: plan.seed, simulation.loop)
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
      exporter: WatchedExporter(exporter: exporter, world: self), configuration: plan.batch, loop: simulation.loop,
      diagnostics: diagnostics)
    simulation.network.clock.onStep { self.assumeIsolated { $0.checkStep() } }
  }

  /// Each name leads to its servers.
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
    server.onRequest(judge())
    guard scripted else { return server }
    server.script((0..<plan.answers).map { _ in simulation.draw { .random(using: &$0) } })
    if plan.weather == .stormy {
      server.scriptConnections((0..<20).map { _ in simulation.draw { .random(using: &$0) } })
    }
    return server
  }

  /// What forbids a request that nothing was scripted for: an old token, a bad span.
  func judge() -> @Sendable (LoopbackCollector.Request) -> LoopbackCollector.Response {
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

  // MARK: Who is still there

  /// Every part that can speak holds this; so nothing is left of them when it is gone.
  private final class Witness: Sendable {
    private let isThere = Mutex(false)
    var isGone: Bool { isThere.withLock { !$0 } }

    func holder() -> Holder {
      isThere.withLock { $0 = true }
      return Holder(self)
    }

    final class Holder: Sendable {
      private let witness: Witness
      init(_ witness: Witness) { self.witness = witness }
      deinit { witness.isThere.withLock { $0 = false } }
    }
  }

  private func diagnostics(_ log: (@Sendable (String) -> Void)?) -> Diagnostics {
    let holder = witness.holder()
    let simulation = simulation
    return Diagnostics(minimumLevel: log == nil ? .error : .debug) { event in
      withExtendedLifetime(holder) { log?("\(simulation.text(of: event))") }
    }
  }

  /// Lets go of the processor and the exporter; what they were made of must go with them.
  func release() async {
    processor = nil
    exporter = nil
    channel = nil
    await simulation.sleep(.milliseconds(1))
    if !witness.isGone { faults.append("a part of the pipeline is still held after the end") }
  }
}

/// Tokens for the servers, of which only the latest is valid.
final class TokenMint: Sendable {
  struct Failure: Error {}

  private let state = Mutex((number: 1, isSettled: false))

  var current: String { state.withLock { "Bearer \($0.number)" } }
  /// Whether the provider neither fails nor takes its time any more.
  var isSettled: Bool { state.withLock { $0.isSettled } }

  func isValid(_ token: String?) -> Bool { token == current }
  func rotate() { state.withLock { $0.number += 1 } }
  func settle() { state.withLock { $0.isSettled = true } }
}

extension Simulation {
  /// Since the beginning.
  var milliseconds: Int64 { now.nanoseconds / 1_000_000 - 1000 }

  func text(of event: DiagnosticEvent) -> String { "\(milliseconds) ms: \(event.level): \(event)" }
}

extension Diagnostics {
  /// Everything, with its time.
  init(log: @escaping @Sendable (String) -> Void, of simulation: Simulation) {
    self.init { log(simulation.text(of: $0)) }
  }
}
