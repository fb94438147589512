#if PostgreSQL
  internal import HTTP2Transport

  /// A server of a connection string.
  struct PostgreSQLServer {
    /// The parameters that choose the server; none if it is the only one.
    var parameters: [(keyword: String, value: String)] = []
    /// The name that has to be looked up; nil for an address, a socket's folder, and a server that only libpq knows.
    var name: String?

    // A name with more addresses than this is misconfigured.
    private static let mostAddresses = 16

    /// The parameters for the addresses of the name. libpq tries one after the other, and verifies the name.
    func parameters(_ addresses: [SocketAddress]) -> [(keyword: String, value: String)] {
      guard let name else { return parameters }
      let texts = addresses.prefix(Self.mostAddresses).map(\.host)
      return parameters.filter { $0.keyword != "host" } + [
        (keyword: "host", value: texts.map { _ in name }.joined(separator: ",")),
        (keyword: "hostaddr", value: texts.joined(separator: ",")),
      ]
    }
  }
#endif
