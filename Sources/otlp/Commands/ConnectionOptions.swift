package import OTLPExport
package import OTLPGRPC
package import TelemetryCore
package import TelemetrySDK

/// What all commands that connect can be told. What isn't said here is read from the environment.
package struct ConnectionOptions {
  package enum Overflow: Sendable {
    case dropNewest
    case dropOldest
    case block
  }

  package var endpoints: [String] = []
  package var exporter = OTLPGRPCExporter.Configuration()
  package var queue: Int?
  package var batch: Int?
  package var overflow: Overflow?
  package var exportTimeout: Duration?
  package var shutdownTimeout = Duration.seconds(10)
  package var json = false
  /// The names of the exporter's options that the command line has, whatever their values.
  package var given: Set<String> = []
  private var headerCount = 0
  /// Whether a header's value is the name of an authentication scheme alone: what follows it is lost, or elsewhere.
  package private(set) var endsInScheme = false

  package init() {}

  /// The options, for the table of a command.
  package static let table: [Option<ConnectionOptions>] = server + security + delivery

  private static let server: [Option<ConnectionOptions>] = [
    Option(
      "endpoint", "URL", "the server; several times for several servers, the preferred one first",
      default: "http://localhost:4317"
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.endpoints.append(value.text)
      options.exporter.endpoints = options.endpoints
    },
    Option(
      "load-balancing", "HOW", "of several servers or addresses: pick-first or round-robin", default: "pick-first",
      choices: ["pick-first", "round-robin"]
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.loadBalancing = try value.choice(["pick-first": .pickFirst, "round-robin": .roundRobin])
      options.given.insert("load-balancing")
    },
    Option("max-connections", "N", "connections to one server where its limits hold up exports, 1 to 10", default: "1")
    {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.maxConnections = try value.integer(in: 1...10)
      options.given.insert("max-connections")
    },
    Option("header", "K=V", "a header of each request; can be given several times") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      try options.addHeader(value)
    },
    Option(
      "compression", "HOW", "none, gzip, or auto: gzip where it pays, not to this machine", default: "auto",
      choices: ["none", "gzip", "auto"]
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.compression = try value.choice(["none": .none, "gzip": .gzip, "auto": .auto])
    },
    Option("timeout", "T", "how long one attempt may take; 0: no limit of its own", default: "10s") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.timeout = try value.duration()
    },
    Option("proxy", "URL", "an HTTP proxy: http://user:password@host:port, or none", default: "the environment's") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.proxy = value.text == "none" ? .none : .http(value.text)
    },
    Option("protocol", "NAME", "grpc is the only one", default: "grpc", choices: ["grpc"]) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      _ = try value.choice(["grpc": ()])
      options.given.insert("protocol")
    },
    Option("connect-timeout", "T", "how long an attempt to connect may take, 100ms to 10 minutes", default: "20s") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.connectTimeout = try value.duration(in: .milliseconds(100) ... .seconds(600))
      options.given.insert("connect-timeout")
    },
    Option(
      "authority", "HOST", "the :authority of requests, and whom the certificate is for", default: "the endpoint's"
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.authority = value.text
      options.given.insert("authority")
    },
  ]

  private static let security: [Option<ConnectionOptions>] = [
    Option(flag: "insecure", "plaintext for an endpoint that has no http:// or https://") {
      $0.exporter.insecure = true
    },
    Option(
      "certificate", "FILE", "the authorities that may sign the server's certificate, or their PEM text",
      default: "the system's"
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.certificate = .file(try value.path())
    },
    Option(flag: "system-authorities", "the system's authorities too, beside those of --certificate") {
      $0.exporter.includesSystemAuthorities = true
      $0.given.insert("system-authorities")
    },
    Option("client-certificate", "FILE", "our own certificate, for a server that wants one, or its PEM text") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.clientCertificate = .file(try value.path())
    },
    Option("client-key", "FILE", "the private key of --client-certificate") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.clientKey = .file(try value.path())
    },
    Option("client-key-password", "FILE", "the file whose first line is the password of an encrypted --client-key") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      let file = PasswordFile(path: try value.path())
      options.exporter.clientKeyPassword = .provided(by: { try file.firstLine() })
      options.given.insert("client-key-password")
    },
    Option(
      "server-name", "NAME", "the name, address or spiffe:// ID that the server's certificate must be for",
      default: "the endpoint's"
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.serverName = value.text
      options.given.insert("server-name")
    },
    Option("minimum-tls", "VERSION", "the oldest version of TLS: 1.2 or 1.3", default: "1.2", choices: ["1.2", "1.3"]) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exporter.minimumTLSVersion = try value.choice(["1.2": .tls12, "1.3": .tls13])
      options.given.insert("minimum-tls")
    },
  ]

  private static let delivery: [Option<ConnectionOptions>] = [
    Option("queue", "N", "how many spans may wait", default: "2048") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.queue = try value.integer(in: 1...(1 << 24))
    },
    Option("batch", "N", "how many spans go into one export", default: "512") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.batch = try value.integer(in: 1...(1 << 22))
    },
    Option(
      "overflow", "HOW", "at a full queue: drop-newest, drop-oldest or block", default: "block",
      choices: ["drop-newest", "drop-oldest", "block"]
    ) {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.overflow = try value.choice([
        "drop-newest": .dropNewest, "drop-oldest": .dropOldest, "block": .block,
      ])
    },
    Option("export-timeout", "T", "how long a batch may take with all its attempts", default: "30s") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.exportTimeout = try value.duration(from: .nanoseconds(1))
    },
    Option("shutdown-timeout", "T", "how long the end of the command may take", default: "10s") {
      (options: inout ConnectionOptions, value: OptionValue) throws(ConfigurationError) in
      options.shutdownTimeout = try value.duration()
    },
    Option(flag: "json", "print the result as one line of JSON") { $0.json = true },
  ]

  // The text may be a secret that was typed without its name, so it isn't shown.
  private mutating func addHeader(_ value: OptionValue) throws(ConfigurationError) {
    headerCount += 1
    let parts = value.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ConfigurationError(
        option: value.option, value: "\(Redaction.mark), header number \(headerCount)", allowed: "name=value")
    }
    var single = OTLPHeaders()
    single[String(parts[0])] = String(parts[1])
    try HeaderRules.validate(single, option: value.option)
    exporter.headers[String(parts[0])] = String(parts[1])
    let schemes = ["bearer", "basic", "token", "apikey", "api-key", "digest", "negotiate"]
    if schemes.contains(parts[1].lowercased()) { endsInScheme = true }
  }
}

extension ConnectionOptions {
  /// The exporter's configuration, with the environment's values where the command line has none.
  package func exporterConfiguration(
    environment: [String: String], diagnostics: Diagnostics
  ) throws(ToolError) -> OTLPGRPCExporter.Configuration {
    var configuration = exporter
    configuration.apply(environment: environment, signal: .traces, diagnostics: diagnostics)
    do throws(OTLPError) {
      try configuration.validate()
    } catch {
      throw ToolError(error)
    }
    return configuration
  }

  /// The processor's configuration, with the environment's values where the command line has none.
  package func batchConfiguration(
    environment: [String: String], diagnostics: Diagnostics
  ) throws(ToolError) -> BatchConfiguration {
    var configuration = BatchConfiguration()
    configuration.apply(environment: environment, diagnostics: diagnostics)
    if let queue { configuration.maxQueueSize = queue }
    if let batch {
      // A batch is at most a queue. Four of them keep a larger batch from waiting for the queue.
      if queue == nil, batch > configuration.maxQueueSize { configuration.maxQueueSize = 4 * batch }
      configuration.maxExportBatchSize = batch
    } else {
      configuration.maxExportBatchSize = min(configuration.maxExportBatchSize, configuration.maxQueueSize)
    }
    if let exportTimeout { configuration.exportTimeout = exportTimeout }
    // Whoever asks for a larger queue means that its spans fit.
    configuration.maxQueueBytes = max(configuration.maxQueueBytes, configuration.maxQueueSize * 2048)
    configuration.overflow =
      switch overflow ?? .block {
      case .dropNewest: .dropNewest
      case .dropOldest: .dropOldest
      case .block: .block(upTo: .seconds(86_400))
      }
    do throws(ConfigurationError) {
      try configuration.validate()
    } catch {
      let named = ConfigurationError(
        option: Self.optionNames[error.option] ?? error.option, value: error.value,
        allowed: error.allowed.replacing("maxQueueSize", with: "--queue"))
      throw ToolError(usage: named)
    }
    return configuration
  }

  /// What the libraries call an option, and what it is called here.
  package static let optionNames = [
    "endpoint": "--endpoint", "endpoints": "--endpoint", "loadBalancing": "--load-balancing",
    "maxConnections": "--max-connections", "insecure": "--insecure", "certificate": "--certificate",
    "clientCertificate": "--client-certificate", "clientKey": "--client-key", "headers": "--header",
    "serverName": "--server-name", "authority": "--authority", "connectTimeout": "--connect-timeout",
    "clientKeyPassword": "--client-key-password", "minimumTLSVersion": "--minimum-tls", "compression": "--compression",
    "proxy": "--proxy", "timeout": "--timeout", "maxQueueSize": "--queue",
    "maxExportBatchSize": "--batch", "exportTimeout": "--export-timeout", "overflow": "--overflow",
  ]
}

extension ToolError {
  /// Why an exporter can't be made: a value of the command line is bad usage, one of the environment bad
  /// configuration, and so is a file that can't be used.
  package init(_ error: OTLPError) {
    guard let refused = error.configuration else {
      self.init(.configuration, Self.inOptionNames(error.message))
      return
    }
    if let option = ConnectionOptions.optionNames[refused.option] {
      self.init(usage: refused.renamed(option))
    } else {
      self.init(.configuration, refused.description)
    }
  }

  /// A message that begins with the name of a property, under the option's name.
  private static func inOptionNames(_ message: String) -> String {
    guard let end = message.firstRange(of: ": "),
      let option = ConnectionOptions.optionNames[String(message[..<end.lowerBound])]
    else { return message }
    return option + message[end.lowerBound...]
  }
}
