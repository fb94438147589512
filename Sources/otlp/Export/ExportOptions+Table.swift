internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

extension ExportOptions {
  package static let table: [Option<ExportOptions>] = server + tls + delivery

  /// The options for a command with these settings in a property, which also notes the names of the given ones.
  static func table<Command>(
    within property: any WritableKeyPath<Command, ExportOptions> & Sendable
  ) -> [Option<Command>] {
    table.map { option in
      Option(option.description) { (command: inout Command, value: OptionValue) throws(ConfigurationError) in
        try option.set(&command[keyPath: property], value)
        command[keyPath: property].given.insert(option.name)
      }
    }
  }

  private static let server: [Option<ExportOptions>] = [
    Option(
      "endpoint", "URL", "the server; can be given several times, the preferred server first",
      default: "http://localhost:4317", isRepeatable: true
    ) { $0.addEndpoint($1.text) },
    Option(
      "load-balancing", "POLICY", "for several servers or addresses: pick-first or round-robin", default: "pick-first",
      \.exporter.loadBalancing, .choice(["pick-first": .pickFirst, "round-robin": .roundRobin])),
    Option(
      "max-connections", "N", "connections to one server if its limits delay exports", default: "1",
      \.exporter.maxConnections, .integer(in: 1...10)),
    Option("header", "K=V", "a header of each request; can be given several times", isRepeatable: true) {
      (options: inout ExportOptions, value: OptionValue) throws(ConfigurationError) in try options.addHeader(value)
    },
    Option(
      "compression", "ALGORITHM", "none, gzip, or auto: gzip if it saves time, none to this machine", default: "auto",
      \.exporter.compression, .choice(["none": .none, "gzip": .gzip, "auto": .auto])),
    Option(
      "timeout", "T", "the time limit of one attempt; 0 for no limit", default: "10s", \.exporter.timeout,
      .duration),
    Option(
      "proxy", "URL", "an HTTP proxy: http://user:password@host:port, or none", default: "the environment's",
      \.exporter.proxy, OptionReader.text.map { $0 == "none" ? .none : .http($0) }),
    Option(
      "protocol", "NAME", "grpc, or http/protobuf or http/json if this build has them", default: "grpc",
      \.exporterProtocol,
      .choice(["grpc": .grpc, "http/protobuf": .httpProtobuf, "http/json": .httpJSON])),
    Option(
      "connect-timeout", "T", "the time limit of an attempt to connect", default: "20s",
      \.exporter.connectTimeout, .duration(in: .milliseconds(100) ... .seconds(600))),
    Option(
      "authority", "HOST", "the :authority of requests, and the name that the certificate must have",
      default: "the endpoint's", \.exporter.authority, .text),
  ]

  private static let tls: [Option<ExportOptions>] = [
    Option(flag: "insecure", "plaintext if the endpoint has neither http:// nor https://", \.exporter.insecure),
    Option(
      "certificate", "FILE", "the authorities that may sign the server's certificate, or their PEM text",
      default: "the system's", \.exporter.certificate, .pem),
    Option(
      flag: "system-authorities", "the system's authorities in addition to those of --certificate",
      \.exporter.includesSystemAuthorities),
    Option(
      "client-certificate", "FILE", "the client's certificate, or its PEM text, for a server that requires one",
      \.exporter.clientCertificate, .pem),
    Option("client-key", "FILE", "the private key of --client-certificate", \.exporter.clientKey, .pem),
    Option(
      "client-key-password", "FILE", "the file whose first line is the password of an encrypted --client-key",
      \.exporter.clientKeyPassword,
      OptionReader.path.map { path in .provided(by: { try PasswordFile(path: path).firstLine() }) }),
    Option(
      "server-name", "NAME", "the name, address or spiffe:// ID that the server's certificate must have",
      default: "the endpoint's", \.exporter.serverName, .text),
    Option(
      "minimum-tls", "VERSION", "the oldest version of TLS: 1.2 or 1.3", default: "1.2", \.exporter.minimumTLSVersion,
      .choice(["1.2": .tls12, "1.3": .tls13])),
  ]

  private static let delivery: [Option<ExportOptions>] = [
    Option(
      "queue", "N", "the maximum number of items in the queue", default: "2048", \.queue, .integer(in: 1...(1 << 24))),
    Option(
      "batch", "N", "the maximum number of items in one export", default: "512", \.batch, .integer(in: 1...(1 << 22))),
    Option(
      "overflow", "POLICY", "if the queue is full: drop-newest, drop-oldest or block", default: "block", \.overflow,
      .choice(["drop-newest": .dropNewest, "drop-oldest": .dropOldest, "block": block])),
    Option(
      "export-timeout", "T", "the time limit of a batch with all its attempts", default: "30s", \.exportTimeout,
      .positiveDuration),
    Option(
      "shutdown-timeout", "T", "the time limit of the final flush and shutdown", default: "10s", \.shutdownTimeout,
      .duration),
    Option(flag: "json", "print the result as one line of JSON", \.json),
  ]
}

extension OptionReader<PEMSource> {
  static var pem: OptionReader { OptionReader<String>.path.map { .file($0) } }
}
