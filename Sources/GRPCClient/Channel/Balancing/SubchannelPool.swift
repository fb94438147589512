internal import HTTP2Transport
internal import TelemetryCore

/// The bookkeeping that both policies share: the subchannels with their connections, and the attempts under way.
struct SubchannelPool {
  typealias Action = LoadBalancerStateMachine.Action

  let maxConnections: Int
  let backoff: ConnectionBackoff.Configuration
  var subchannels: [Subchannel] = []
  private(set) var attempts: [ConnectionAttempt] = []
  private(set) var age: ConnectionAge
  private var random: SeededRandom
  private var nextConnection = 1
  private var nextSubchannel = 0

  init(maxConnections: Int, backoff: ConnectionBackoff.Configuration, maxConnectionAge: Duration?) {
    self.maxConnections = maxConnections
    self.backoff = backoff
    age = ConnectionAge(maxConnectionAge, seed: backoff.seed)
    random = SeededRandom(seed: backoff.seed.map { ~$0 })
  }

  // MARK: Subchannels

  var hasConnections: Bool { subchannels.contains(where: \.isReady) }

  func index(of id: SubchannelID) -> Int? { subchannels.firstIndex { $0.id == id } }

  /// The indices of a connection that takes calls: of its subchannel, and in the subchannel.
  func indices(of id: ConnectionID) -> (subchannel: Int, connection: Int)? {
    guard let index = index(of: id.subchannel) else { return nil }
    return subchannels[index].connections.firstIndex { $0.id == id }.map { (index, $0) }
  }

  mutating func add(host: Int, address: SocketAddress?) {
    let backoff = seededBackoff(1000 + nextSubchannel)
    subchannels.append(
      Subchannel(
        id: SubchannelID(number: nextSubchannel), host: host, address: address, backoff: ConnectionBackoff(backoff),
        scaling: ConnectionScaling(maxConnections: maxConnections, backoff: backoff)))
    nextSubchannel += 1
  }

  /// The configuration with another seed.
  func seededBackoff(_ offset: Int) -> ConnectionBackoff.Configuration {
    var configuration = backoff
    configuration.seed = configuration.seed.map { $0 &+ UInt64(offset) &* 0x9E37 }
    return configuration
  }

  /// Lets removed subchannels go, but keeps the last connections until others are ready.
  mutating func closeRemoved() -> [Action] {
    guard subchannels.contains(where: \.isRemoved) else { return [] }
    let hasOthers = subchannels.contains { $0.isReady && !$0.isRemoved }
    let actions = hasOthers ? closeConnections { subchannel, _ in subchannel.isRemoved } : []
    subchannels.removeAll { $0.isRemoved && !$0.isReady }
    return actions
  }

  /// Ejects a subchannel, unless there is no other or the ejection lasts already.
  mutating func eject(_ index: Int, at now: MonotonicInstant) -> [Action] {
    let subchannel = subchannels[index]
    guard subchannels.count > 1, !subchannel.outlierDetection.isEjected(at: now) else { return [] }
    let duration = subchannels[index].outlierDetection.eject(at: now, fraction: random.fraction())
    return [.reportEjection(host: subchannel.host, address: subchannel.address, for: duration)]
  }

  // MARK: Attempts and connections

  func hasAttempt(for id: SubchannelID) -> Bool { attempts.contains { $0.id.subchannel == id } }

  mutating func startAttempt(
    _ index: Int, _ purpose: ConnectionAttempt.Purpose, startsPass: Bool = false, isLast: Bool = true,
    deadline: Deadline
  ) -> Action {
    let subchannel = subchannels[index]
    let attempt = ConnectionAttempt(
      id: ConnectionID(subchannel: subchannel.id, number: nextConnection), host: subchannel.host,
      address: subchannel.address, purpose: purpose, startsPass: startsPass, isLast: isLast, deadline: deadline)
    nextConnection += 1
    attempts.append(attempt)
    return .connect(attempt)
  }

  /// Starts an attempt beside connections that work.
  mutating func startAttempt(
    _ index: Int, beside purpose: ConnectionAttempt.Purpose, at now: MonotonicInstant
  ) -> Action {
    startAttempt(index, purpose, deadline: Deadline(now + backoff.minimumConnectTimeout))
  }

  /// Replaces the oldest connection of a subchannel that has reached the maximum age.
  mutating func startRenewal(_ index: Int, at now: MonotonicInstant) -> [Action] {
    guard !subchannels[index].isRemoved,
      let old = subchannels[index].connections.firstIndex(where: { now >= $0.renewal })
    else { return [] }
    subchannels[index].connections[old].renewal = .distantFuture
    return [startAttempt(index, beside: .renewal(of: subchannels[index].connections[old].id), at: now)]
  }

  /// Schedules another renewal after a failure.
  mutating func retryRenewal(of id: ConnectionID, at now: MonotonicInstant) {
    guard let (index, old) = indices(of: id) else { return }
    subchannels[index].connections[old].renewal = age.retry(at: now)
  }

  mutating func endAttempt(_ id: ConnectionID) -> ConnectionAttempt? {
    attempts.firstIndex { $0.id == id }.map { attempts.remove(at: $0) }
  }

  mutating func addConnection(_ id: ConnectionID, to index: Int, at now: MonotonicInstant) {
    subchannels[index].connections.append(Subchannel.Connection(id: id, renewal: age.renewal(bornAt: now)))
  }

  mutating func closeConnections(where isClosed: (Subchannel, Subchannel.Connection) -> Bool) -> [Action] {
    var actions: [Action] = []
    for index in subchannels.indices {
      let subchannel = subchannels[index]
      actions += subchannel.connections.filter { isClosed(subchannel, $0) }.map { .close($0.id) }
      subchannels[index].connections.removeAll { isClosed(subchannel, $0) }
    }
    return actions
  }
}
