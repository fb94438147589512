import HTTP2Transport
import OTLPGRPC
import OTLPTesting

// Load balancing, and several connections to one server.
extension WorldPlan {
  /// Chooses the settings from separate random numbers, after all others.
  mutating func drawBalancing() {
    var random = SeededRandom(seed: seed &* 0x2545_F491 ^ 0xBA1A)
    if target == .name, random.oneIn(3) { drawNames(using: &random) }
    if random.oneIn(2) { client.loadBalancing = .roundRobin }
    if random.oneIn(2) { drawConnections(using: &random) }
  }

  private mutating func drawNames(using random: inout SeededRandom) {
    target = .names
    // Over TLS, the names of the certificates.
    names = (1...Int.random(in: 2...3, using: &random)).map { overTLS ? "\($0).wild.example" : "collector-\($0)" }
    client.endpoints = names.map { "\(overTLS ? "https" : "http")://\($0):\(WorldPlan.port)" }
    while servers.count < WorldPlan.addresses.count, random.oneIn(2) {
      servers.append(.random(using: &random, weather))
    }
  }

  /// Permits more connections, and makes the servers need them.
  private mutating func drawConnections(using random: inout SeededRandom) {
    client.maxConnections = random.oneIn(5) ? 10 : Int.random(in: 2...4, using: &random)
    for index in servers.indices {
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1: servers[index].maxConcurrentStreams = Int.random(in: 1...3, using: &random)
      case 2: servers[index].connectionWindowSize = 65_535
      default: break
      }
    }
    guard random.oneIn(2) else { return }
    client.maxConcurrentExports = max(client.maxConcurrentExports, Int.random(in: 4...16, using: &random))
    batch.maxExportBatchSize = min(batch.maxExportBatchSize, 20)
  }

  // MARK: Servers of names

  /// The numbers of the servers of each name, or of each entry of a list.
  var serversOfNames: [[Int]] {
    guard target != .list else { return WorldPlan.listed.map { $0 < servers.count ? [$0] : [] } }
    return names.indices.map { name in servers.indices.filter { $0 % names.count == name } }
  }

  /// The numbers of the servers that can be reached without faults.
  var reachable: [Int] { serversOfNames.flatMap(\.self) }

  /// The addresses of a name without faults: those of its servers or, if it has none, addresses without a listener.
  func addresses(of name: Int) -> [SocketAddress] {
    let places = WorldPlan.addresses.indices.filter { $0 % names.count == name }
    let served = places.filter { $0 < servers.count }
    return (served.isEmpty ? places : served).map { WorldPlan.addresses[$0] }
  }
}
