import HTTP2Transport
import OTLPGRPC
import OTLPTesting

// Several servers, and several connections to one.
extension WorldPlan {
  /// Drawn after all else and from numbers of their own.
  mutating func drawBalancing() {
    var random = SeededRandom(seed: seed &* 0x2545_F491 ^ 0xBA1A)
    if target == .name, random.oneIn(3) { drawNames(using: &random) }
    if random.oneIn(2) { client.loadBalancing = .roundRobin }
    if random.oneIn(2) { drawConnections(using: &random) }
  }

  private mutating func drawNames(using random: inout SeededRandom) {
    target = .names
    // Over TLS those that the certificates hold.
    names = (1...Int.random(in: 2...3, using: &random)).map { overTLS ? "\($0).wild.example" : "collector-\($0)" }
    client.endpoints = names.map { "\(overTLS ? "https" : "http")://\($0):\(WorldPlan.port)" }
    while servers.count < WorldPlan.addresses.count, random.oneIn(2) {
      servers.append(.random(using: &random, weather))
    }
  }

  /// More connections, and why there should be some.
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

  // MARK: Who is where

  /// The numbers of the servers of each name; for a list, of each entry.
  var homes: [[Int]] {
    guard target != .list else { return WorldPlan.listed.map { $0 < servers.count ? [$0] : [] } }
    return names.indices.map { name in servers.indices.filter { $0 % names.count == name } }
  }

  /// The numbers of the servers that can be reached when all is well.
  var reachable: [Int] { homes.flatMap(\.self) }

  /// Where a name leads to when all is well: to its servers; or if it has none, to where nobody listens.
  func addresses(of name: Int) -> [SocketAddress] {
    let places = WorldPlan.addresses.indices.filter { $0 % names.count == name }
    let served = places.filter { $0 < servers.count }
    return (served.isEmpty ? places : served).map { WorldPlan.addresses[$0] }
  }
}
