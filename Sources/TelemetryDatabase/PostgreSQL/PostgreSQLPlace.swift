#if PostgreSQL
  internal import COTLPPostgres
  internal import OTLPExport
  internal import TelemetryCore

  /// The parts of a connection string that are no secret.
  struct PostgreSQLPlace {
    private var values: [String: String] = [:]

    /// nil for a text that libpq doesn't take.
    init?(_ connection: String) {
      guard !connection.utf8.contains(0), let options = unsafe PQconninfoParse(connection, nil) else { return nil }
      defer { unsafe PQconninfoFree(options) }
      var option = unsafe options
      while let keyword = unsafe option.pointee.keyword {
        let name = unsafe String(cString: keyword)
        if ["host", "hostaddr", "port", "dbname"].contains(name), let value = unsafe option.pointee.val {
          values[name] = unsafe String(cString: value)
        }
        unsafe option += 1
      }
    }

    /// The place as an endpoint, for messages and metrics.
    var endpoint: Endpoint {
      let host = values["host"] ?? values["hostaddr"] ?? Environment.process["PGHOST"] ?? ""
      let port = values["port"] ?? Environment.process["PGPORT"] ?? "5432"
      let label = "postgresql://\(host):\(port)/\(values["dbname"] ?? "")".sanitized(limit: 300)
      guard !host.isEmpty, !host.hasPrefix("/"), let number = UInt16(port) else {
        return Endpoint(target: .unix(path: host), isSecure: false, label: label)
      }
      return Endpoint(target: .hosts([.init(name: host, port: number)]), isSecure: false, label: label)
    }
  }
#endif
