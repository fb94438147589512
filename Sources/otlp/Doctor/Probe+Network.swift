internal import HTTP2Transport
internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore

extension Probe {
  /// An address to connect to, and the route from there if the address is a proxy's.
  struct RoutedAddress {
    let address: SocketAddress
    var route: ProxyRoute?
  }

  /// Resolves the names of all hosts.
  /// - Returns: At least one address; nil after a failure.
  mutating func resolve(_ deadline: Deadline) async -> [RoutedAddress]? {
    switch server.target {
    case .unix(let path):
      passed(.name, ["a socket in the file system: no name to resolve"])
      return [RoutedAddress(address: .unix(path: path))]
    case .unixAbstract(let name):
      passed(.name, ["an abstract socket: no name to resolve"])
      return [RoutedAddress(address: .unixAbstract(name: name))]
    case .hosts(let hosts): return await resolve(hosts, deadline)
    }
  }

  private mutating func resolve(_ hosts: [Endpoint.Host], _ deadline: Deadline) async -> [RoutedAddress]? {
    var found: [RoutedAddress] = []
    var details: [String] = []
    var lastError = NetworkError.timedOut(address: nil)
    for host in hosts {
      let route = configuration.route(to: host)
      let (name, port) = route.map { ($0.proxy.host, $0.proxy.port) } ?? (host.name, host.port)
      do throws(NetworkError) {
        let addresses = try await network.resolve(host: name, port: port, deadline: deadline)
        if let route { details.append("the proxy \(route.proxy) resolves and connects to \(route.target)") }
        details.append("\(name): \(addresses.map(\.host).joined(separator: ", "))")
        found += addresses.map { RoutedAddress(address: $0, route: route) }
      } catch {
        lastError = error
      }
    }
    guard !found.isEmpty else {
      failed(.name, .network(lastError))
      return nil
    }
    passed(.name, details)
    return found
  }

  /// Connects to the addresses in turn.
  /// - Returns: The first address that accepted a connection; nil after a failure.
  mutating func connect(_ addresses: [RoutedAddress], _ deadline: Deadline) async -> RoutedAddress? {
    var details: [String] = []
    var firstError: NetworkError?
    for (index, address) in addresses.enumerated() {
      // An address that doesn't answer must leave time for the others.
      let share = deadline.remaining(at: loop.now) / (addresses.count - index)
      do throws(NetworkError) {
        let limit = Deadline(loop.now + share)
        let transport = try await network.connect(to: address.address, by: address.route, on: loop, deadline: limit)
        transport.close()
        details.append("\(address.address) accepts connections")
        if let route = address.route { details.append("the proxy there has connected to \(route.target)") }
        passed(.connection, details)
        return address
      } catch {
        firstError = firstError ?? error
        details.append(Self.text(error))
      }
    }
    failed(.connection, .network(firstError ?? .cancelled), details)
    return nil
  }

  private static func text(_ error: NetworkError) -> String {
    switch error {
    case .connect(let address, let error): "\(address): \(error)"
    case .timedOut(let address): "\(address.map { "\($0): " } ?? "")no answer in time"
    case .unresolved(_, let reason): reason
    case .proxy(let proxy, let failure): "\(proxy): \(failure.text)"
    case .cancelled: "cancelled"
    }
  }
}
