import HTTP2Transport
import OTLPGRPC
import OTLPTesting
import TelemetrySDK

/// The random settings of a world, which depend only on the seed, so that a failing seed can be replayed.
package struct WorldPlan: Sendable {
  /// The kinds of faults.
  enum Weather: String, CaseIterable {
    /// Only disturbances.
    case calm
    /// Random responses too.
    case moody
    /// Random faults of links too.
    case stormy
  }

  /// The kinds of endpoints.
  enum Target: String {
    /// A name with changing addresses.
    case name
    /// A list of addresses.
    case list
    /// Several names, each with its own servers or none.
    case names
  }

  static let port: UInt16 = 4317
  /// The addresses of servers.
  static let addresses: [SocketAddress] = [
    .ipv4(0x0A00_0001, port: port), .ipv4(0x0A00_0002, port: port),
    .ipv6(high: 0x2001_0DB8 << 32, low: 1, port: port, scope: 0), .ipv4(0x0A00_0003, port: port),
  ]
  /// The indices of the addresses in the list.
  static let listed = [0, 1]

  let seed: UInt64
  var overTLS: Bool
  var weather: Weather
  var target: Target
  /// The names that the exporter resolves.
  var names: [String]
  var servers: [LoopbackCollector.Configuration] = []
  var client: OTLPGRPCExporter.Configuration
  var headers: HeaderPlan?
  var batch: BatchConfiguration
  /// The servers refuse one span in this number, or none if nil.
  var poison: Int?
  /// A span in this number is large, or none if nil.
  var large: Int?
  var largeBytes: Int
  var answers: Int
  var producers: Int
  var flushers: Int
  var disturbances: Int
  /// The approximate duration of the load.
  var length: Duration
  /// If true, shutdown comes during the load.
  var endsEarly: Bool
  /// If true, the exporter is also flushed or shut down directly.
  var usesExporterDirectly: Bool

  package init(seed: UInt64, overTLS: Bool = false) {
    var random = SeededRandom(seed: seed &* 0x9E37_79B9 ^ 0x5EED)
    self.seed = seed
    self.overTLS = overTLS || random.oneIn(10)
    weather = Weather.allCases.randomElement(using: &random) ?? .calm
    // The certificates have a name.
    target = random.oneIn(4) && !self.overTLS ? .list : .name
    names = [self.overTLS ? "localhost" : "collector"]
    batch = .random(using: &random)
    poison = random.oneIn(4) ? Int.random(in: 2...60, using: &random) : nil
    large = random.oneIn(4) ? Int.random(in: 2...40, using: &random) : nil
    largeBytes = Int.random(in: 500...20_000, using: &random)
    answers = weather == .calm ? 0 : Int.random(in: 1...40, using: &random)
    producers = random.oneIn(3) ? Int.random(in: 2...4, using: &random) : 1
    flushers = Int.random(in: 0...3, using: &random)
    disturbances = weather == .calm && random.oneIn(2) ? 0 : Int.random(in: 0...6, using: &random)
    length = random.duration(in: .zero ... .seconds(random.oneIn(5) ? 90 : 15))
    endsEarly = random.oneIn(2)
    usesExporterDirectly = random.oneIn(16)
    client = OTLPGRPCExporter.Configuration(endpoint: "")
    client = .random(using: &random, target: target, overTLS: self.overTLS)
    headers = random.oneIn(5) ? HeaderPlan(using: &random) : nil
    let count = Int.random(in: 1...3, using: &random)
    servers = (0..<count).map { _ in .random(using: &random, weather) }
    drawBalancing()
  }

  /// The addresses with servers.
  var served: [SocketAddress] { Array(WorldPlan.addresses.prefix(servers.count)) }

  func isPoisonous(_ number: Int) -> Bool { poison.map { number % $0 == $0 / 2 } ?? false }
  func isLarge(_ number: Int) -> Bool { large.map { number % $0 == 0 } ?? false }
}

extension WorldPlan: CustomStringConvertible {
  package var description: String {
    """
    \(weather), \(servers.count) servers, target \(target)\(overTLS ? ", TLS" : ""), \(producers) producers, \
    \(flushers) flushers, \(disturbances) disturbances in \(length), shutdown \(endsEarly ? "during" : "after") the load\
    \(usesExporterDirectly ? ", uses the exporter directly" : ""), poison \(poison ?? 0), large \(large ?? 0) of \(largeBytes) bytes, \
    headers \(headers.map { "\($0)" } ?? "fixed")
    client: \(client)
    batch: \(batch), \(batch.maxQueueBytes) bytes
    servers: \(servers.map(WorldPlan.text).joined(separator: "; "))
    """
  }

  private static func text(_ server: LoopbackCollector.Configuration) -> String {
    """
    window \(server.initialWindowSize)\(server.grantsWindow ? "" : " never granted"), \
    streams \(server.maxConcurrentStreams), age \(server.maxConnectionAge.map { "\($0)" } ?? "none"), \
    message \(server.maxMessageBytes), gzip \(server.acceptsGzip)
    """
  }
}

/// A header provider that is slow, fails, and returns tokens that expire.
struct HeaderPlan: Sendable {
  /// A call in this number fails.
  var failure: Int
  var latency: ClosedRange<Duration>
  var validity: Duration?

  init(using random: inout SeededRandom) {
    failure = Int.random(in: 1...5, using: &random)
    latency = .zero ... .milliseconds(random.oneIn(4) ? 8000 : 50)
    validity = random.oneIn(2) ? random.duration(in: .zero ... .seconds(5)) : nil
  }
}

extension LoopbackCollector.Configuration {
  static func random(using random: inout SeededRandom, _ weather: WorldPlan.Weather) -> Self {
    var configuration = Self()
    configuration.keptSpans = 0
    configuration.keptRequests = 0
    configuration.readsSpanIDs = true
    if random.oneIn(5) { configuration.maxMessageBytes = Int.random(in: 500...20_000, using: &random) }
    if random.oneIn(5) { configuration.acceptsGzip = false }
    guard weather != .calm else { return configuration }
    if random.oneIn(5) { configuration.maxConnectionAge = random.duration(in: .milliseconds(100) ... .seconds(5)) }
    if random.oneIn(4) {
      configuration.initialWindowSize = [0, 1, 100].randomElement(using: &random) ?? 0
      if random.oneIn(2) { configuration.initialWindowSize = Int.random(in: 1...70_000, using: &random) }
    }
    if random.oneIn(10) { configuration.grantsWindow = false }
    if random.oneIn(4) { configuration.maxConcurrentStreams = Int.random(in: 0...2, using: &random) }
    return configuration
  }
}

extension OTLPGRPCExporter.Configuration {
  fileprivate static func random(
    using random: inout SeededRandom, target: WorldPlan.Target, overTLS: Bool
  ) -> Self {
    var configuration = Self()
    switch target {
    case .name, .names: configuration.endpoint = overTLS ? "https://localhost:4317" : "http://collector:4317"
    case .list:
      configuration.endpoint = "ipv4:10.0.0.1:4317,10.0.0.2:4317"
      configuration.insecure = !overTLS
    }
    configuration.timeout = .milliseconds(Int.random(in: 200...10_000, using: &random))
    if random.oneIn(12) { configuration.timeout = .zero }
    configuration.compression = [.none, .none, .gzip, .gzip(level: 6), .auto].randomElement(using: &random) ?? .none
    configuration.maxConcurrentExports = random.oneIn(3) ? 1 : Int.random(in: 2...16, using: &random)
    if random.oneIn(3) {
      configuration.keepalive = .init(
        interval: random.duration(in: .seconds(10) ... .seconds(30)),
        timeout: random.duration(in: .seconds(1) ... .seconds(20)), withoutCalls: random.oneIn(2))
    }
    if random.oneIn(3) { configuration.maxConnectionAge = random.duration(in: .seconds(10) ... .seconds(40)) }
    if random.oneIn(10) { configuration.maxConnectionAge = nil }
    if random.oneIn(6) { configuration.maxRequestSize = Int.random(in: 400...10_000, using: &random) }
    if random.oneIn(10) { configuration.maxResponseSize = Int.random(in: 1...50, using: &random) }
    if random.oneIn(3) {
      configuration.retry.initialBackoff = random.duration(in: .milliseconds(1) ... .seconds(2))
      configuration.retry.maxBackoff = .seconds(Int.random(in: 2...20, using: &random))
    }
    if random.oneIn(10) { configuration.retry.maxAttempts = Int.random(in: 1...4, using: &random) }
    return configuration
  }
}

extension BatchConfiguration {
  fileprivate static func random(using random: inout SeededRandom) -> Self {
    var configuration = Self()
    configuration.maxQueueSize = random.oneIn(3) ? Int.random(in: 1...50, using: &random) : 1000
    configuration.maxExportBatchSize = Int.random(in: 1...min(200, configuration.maxQueueSize), using: &random)
    configuration.scheduleDelay = .milliseconds(Int.random(in: 0...5000, using: &random))
    configuration.exportTimeout = .milliseconds(Int.random(in: 500...30_000, using: &random))
    if random.oneIn(3) { configuration.maxQueueBytes = Int.random(in: 1024...50_000, using: &random) }
    // A call on the simulation's thread can't block: a blocking processor then drops the new span.
    configuration.overflow =
      [.dropNewest, .dropOldest, .dropOldest, .block(upTo: .seconds(1))].randomElement(using: &random) ?? .dropNewest
    return configuration
  }
}
