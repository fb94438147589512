#if PostgreSQL
  internal import COTLPPostgres
  internal import HTTP2Transport
  internal import OTLPExport
  internal import TelemetryCore

  /// The parts of a connection string that are no secret.
  struct PostgreSQLPlace {
    private var values: [String: String] = [:]

    /// nil for a text that libpq doesn't take, or in which a part of a password without percent-encoding would count as the place.
    init?(_ connection: String) {
      guard !connection.utf8.contains(0), let options = unsafe PQconninfoParse(connection, nil) else { return nil }
      defer { unsafe PQconninfoFree(options) }
      var option = unsafe options
      while let keyword = unsafe option.pointee.keyword {
        let name = unsafe String(cString: keyword)
        if ["host", "hostaddr", "port", "dbname", "service"].contains(name), let value = unsafe option.pointee.val {
          values[name] = unsafe String(cString: value)
        }
        unsafe option += 1
      }
      // `u:a/b@host` has the port `a`, and `u:a@b@host` the host `b@host`. A host may be the path of a socket's folder.
      let hosts = (values["host"] ?? "").split(separator: ",")
      guard hosts.allSatisfy({ $0.hasPrefix("/") || $0.hasPrefix("@") || !$0.contains("@") }),
        (values["port"] ?? "").split(separator: ",").allSatisfy({ UInt16($0.trimmed) != nil })
      else { return nil }
    }

    /// The servers; one without parameters if there aren't several.
    ///
    /// libpq goes on to its next server when one refuses. One that drops packets, or accepts and never answers, would take the whole
    /// time of each attempt, so the exporter tries each server by itself.
    var servers: [PostgreSQLServer] {
      let isNamed = values["host"] != nil || values["hostaddr"] != nil
      let lists: [(keyword: String, items: [String])] = [
        ("host", list("host", isNamed ? nil : "PGHOST")), ("hostaddr", list("hostaddr", isNamed ? nil : "PGHOSTADDR")),
        ("port", list("port", "PGPORT")),
      ].filter { $0.items.count > 1 }
      let count = lists.first { $0.keyword != "port" }?.items.count ?? 1
      // libpq names the mistake in a list of another length, and an empty item has a meaning of its own.
      guard count > 1, lists.allSatisfy({ $0.items.count == count && !$0.items.contains("") }) else {
        return [PostgreSQLServer(name: lists.isEmpty ? lookedUp(host) : nil)]
      }
      return (0..<count).map { index in
        let parameters = lists.map { (keyword: $0.keyword, value: $0.items[index]) }
        let host = parameters.first { $0.keyword == "host" }?.value
        return PostgreSQLServer(parameters: parameters, name: host.flatMap(lookedUp))
      }
    }

    /// A host if its address has to be looked up.
    private func lookedUp(_ host: String) -> String? {
      let isKnown = SocketAddress(numeric: host, port: 0) != nil || value("hostaddr", "PGHOSTADDR") != nil
      // The file of a service may name an address.
      guard !isKnown, value("service", "PGSERVICE") == nil, !host.isEmpty else { return nil }
      return host.hasPrefix("/") || host.hasPrefix("@") || host.contains(",") ? nil : host
    }

    private func value(_ keyword: String, _ variable: String) -> String? {
      [values[keyword], Environment.process[variable]].compactMap { $0 }.first { !$0.isEmpty }
    }

    private func list(_ keyword: String, _ variable: String?) -> [String] {
      let text = values[keyword] ?? variable.flatMap { Environment.process[$0] } ?? ""
      return text.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmed) }
    }

    private var host: String { values["host"] ?? values["hostaddr"] ?? Environment.process["PGHOST"] ?? "" }
    private var port: String { values["port"] ?? Environment.process["PGPORT"] ?? "5432" }

    /// The place as a URL without secrets, for messages.
    var label: String {
      Redaction.withoutCredentials("postgresql://\(host):\(port)/\(values["dbname"] ?? "")").sanitized(limit: 300)
    }

    /// The place as an endpoint, for messages and metrics.
    var endpoint: Endpoint {
      guard !host.isEmpty, !host.hasPrefix("/"), let number = UInt16(port) else {
        return Endpoint(target: .unix(path: host), isSecure: false, label: label)
      }
      return Endpoint(target: .hosts([.init(name: host, port: number)]), isSecure: false, label: label)
    }
  }
#endif
