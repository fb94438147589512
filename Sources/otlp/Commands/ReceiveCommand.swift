internal import HTTP2Transport
internal import OTLPFile
internal import OTLPTesting
internal import TelemetryCore
package import TelemetryDatabase
package import TelemetrySDK

/// `otlp receive`.
package struct ReceiveCommand: ToolCommand {
  package var listen = ListenAddress.standard
  package var port: UInt16?
  package var httpPort: UInt16?
  package var tlsCertificate: String?
  package var tlsKey: String?
  package var output: String?
  package var signal: OTLPSignal?
  package var rotation = SignalFiles.Rotation()
  package var database: DatabaseName?
  package var isVerbose = false

  package init() {}

  package static let table = CommandTable<ReceiveCommand>(
    "receive", "receives spans, log records and metrics, and shows or stores them",
    notes: """
      It listens until SIGINT or SIGTERM, then prints the number of items. --listen accepts 127.0.0.1, \
      0.0.0.0:4317, [::1]:4317 or unix:/path. Both ports take OTLP over gRPC and over HTTP, in protobuf and JSON.
      On a terminal it shows the waterfall of each trace, and again when more of its spans arrive; log records and metrics as \
      lines.
      With --output it answers a request after it wrote its line, and forces the file to disk at the end. A folder, which is \
      made if the path ends with a slash, gets the files traces.jsonl, metrics.jsonl and logs.jsonl. A file holds one signal, \
      that of --signal; others are refused. --output - is standard output, with lines of all signals.
      If a line can't be written, it answers UNAVAILABLE and ends. A file that isn't empty and doesn't begin with '{' is \
      left alone.
      With --database it answers a request after its spans or log records are stored, and UNAVAILABLE if they can't be. The tables \
      are made at the start; a server that is away then may come later. --database is \(DatabaseName.forms).
      Exit code 0 after a signal, 69 if items could not be written, 78 if it can't listen or the file or database can't be used.
      """,
    options: [
      Option(
        "listen", "ADDRESS", "the address to listen on", default: "127.0.0.1", \.listen, .listenAddress),
      Option(
        "port", "N", "the port; 0 takes a free one", default: "4317", \.port,
        OptionReader<Int>.integer(in: 0...65_535).map { UInt16($0) }),
      Option(
        "http-port", "N", "the second port, by custom that of HTTP; 0 takes a free one",
        default: "4318, if --port is 4317",
        \.httpPort, OptionReader<Int>.integer(in: 0...65_535).map { UInt16($0) }),
      Option("tls-certificate", "FILE", "the server's certificate, which turns TLS on", \.tlsCertificate, .path),
      Option("tls-key", "FILE", "the private key of --tls-certificate", \.tlsKey, .path),
      Option(
        "output", "FILE", "append the items as lines of OTLP JSON to a file, or to files in a folder", \.output,
        .outputPath),
      Option(
        "signal", "NAME", "the only signal that --output takes: traces, logs or metrics",
        default: "traces for a file, else all", \.signal, .signal),
      Option(
        "max-file-size", "N", "the size in bytes at which --output begins another file", \.rotation.maxFileSize,
        .integer(in: 1024...(1 << 40))),
      Option(
        "max-file-age", "T", "the age at which --output begins another file", \.rotation.maxFileAge,
        .duration(in: .seconds(1) ... .seconds(10 * 365 * 86_400))),
      Option(
        "max-files", "N", "how many finished files of a signal are kept", default: "all", \.rotation.maxFiles,
        .integer(in: 0...100_000)),
      Option("database", "NAME", "store spans and log records in a database", \.database, .database),
      Option(
        flag: "verbose", "show attributes, events, links and times too, also if standard output is no terminal",
        \.isVerbose),
    ])

  package func run() async throws(ToolError) -> ExitCode {
    let address = try address
    let tls = try tls
    let files = try files()
    let store = try await store()
    defer { store?.finish() }
    let isShown = files == nil && store == nil && (isVerbose || TextOutput.standard.isTerminal)
    let wake = BlockingSemaphore()
    StopSignal.shared.onRequest { wake.signal() }
    let handler = RequestHandler(files: files, database: store, isShown: isShown, isVerbose: isVerbose) {
      wake.signal()
    }
    let collector = try await start(address, tls, handler, decodes: files != nil || store != nil || isShown)
    let second = collector.secondEndpoint.map { ", and on \($0)" } ?? ""
    TextOutput.error.line("listening on \(collector.endpoint)\(second)")
    if files == nil, store == nil, !isShown {
      TextOutput.error.line(
        "standard output is no terminal: items are only counted; --verbose shows them, --output stores them")
    }
    var failure: ToolError?
    while failure == nil, !StopSignal.shared.isRequested, handler.failure == nil {
      _ = wake.wait(until: isShown ? .after(.milliseconds(250)) : .never)
      failure = show(handler, quiet: .milliseconds(500))
    }
    await stop(collector)
    if failure == nil { failure = show(handler, quiet: .zero) }
    return try conclude(collector.counts, handler, files, failure)
  }

  private func store() async throws(ToolError) -> DatabaseSink? {
    guard let database else { return nil }
    guard output == nil else { throw ToolError(.usage, "--database: one of --database and --output is allowed") }
    return try await DatabaseSink(database)
  }

  private func files() throws(ToolError) -> SignalFiles? {
    guard let output else {
      let alone: [(String, Bool)] = [
        ("--signal", signal != nil), ("--max-file-size", rotation.maxFileSize != nil),
        ("--max-file-age", rotation.maxFileAge != nil), ("--max-files", rotation.maxFiles != nil),
      ]
      if let (option, _) = alone.first(where: \.1) { throw ToolError(.usage, "\(option) needs --output") }
      return nil
    }
    return try SignalFiles(
      output, signal: signal, rotation,
      diagnostics: Diagnostics(minimumLevel: .warning) { TextOutput.error.line("otlp receive: \($0.description)") })
  }

  /// Shows log records and metrics, and the traces that no span arrived for within `quiet`.
  /// - Returns: The error if standard output can't be written.
  private func show(_ handler: RequestHandler, quiet: Duration) -> ToolError? {
    do throws(ToolError) {
      try showItems(handler)
      try showTraces(handler, quiet)
      return nil
    } catch {
      return error
    }
  }

  private func showItems(_ handler: RequestHandler) throws(ToolError) {
    let items = handler.takeLines()
    for line in items.lines {
      let shown = isVerbose ? line : TerminalWidth.cut(line, to: Terminal.standard.columns)
      try TextOutput.standard.deliver(shown + "\n")
    }
    if items.discarded > 0 {
      try TextOutput.standard.deliver("… and \(items.discarded) log records and metrics that were discarded\n")
    }
  }

  private func showTraces(_ handler: RequestHandler, _ quiet: Duration) throws(ToolError) {
    let (traces, discarded) = handler.takeQuiet(for: quiet)
    // The width of a terminal can change.
    let waterfall = Waterfall(Terminal.standard, isVerbose: isVerbose)
    for trace in traces {
      var text = waterfall.text(trace.spans)
      if trace.known > 0 { text += "  shown again, with \(trace.spans.count - trace.known) more spans\n" }
      if trace.omitted > 0 { text += "  … and \(trace.omitted) spans beyond the limit of one trace\n" }
      try TextOutput.standard.deliver(text + "\n")
    }
    if discarded.spans > 0 {
      try TextOutput.standard.deliver("… and \(discarded.spans) spans that were discarded for want of memory\n")
    }
    if discarded.traces > 0 {
      try TextOutput.standard.deliver(
        "… \(discarded.traces) traces were discarded; their later spans are shown without the earlier ones\n")
    }
  }

  /// Stops after the responses under way have been sent.
  private func stop(_ collector: LoopbackCollector) async {
    await collector.goAway(lastStream: .current)
    let end = Deadline.after(.seconds(1))
    let pause = BlockingSemaphore()
    while collector.counts.openConnections > 0, !end.hasPassed { _ = pause.wait(until: .after(.milliseconds(10))) }
    await collector.stop()
  }

  private func conclude(
    _ counts: LoopbackCollector.Counts, _ handler: RequestHandler, _ files: SignalFiles?, _ failure: ToolError?
  ) throws(ToolError) -> ExitCode {
    let requests = counts.acceptedRequests - (files == nil ? handler.otherCount : 0)
    TextOutput.error.line("received \(Self.text(counts)) in \(counted(requests, "request"))")
    if let others = handler.otherRequests { TextOutput.error.line(others) }
    if let failure { throw failure }
    let refused = handler.refusals.text
    if let reason = handler.failure {
      throw ToolError(.loss, "--output: \(reason); \(refused ?? "no items were refused")")
    }
    // Items that a sender sent again, and that were stored then, don't count.
    if let database, let refused { throw ToolError(.loss, "--database: \(database): \(refused)") }
    if let files, let reason = files.finish() { throw ToolError(.loss, "--output: \(files.name): \(reason)") }
    return .success
  }

  /// `10 spans, 3 log records`
  private static func text(_ counts: LoopbackCollector.Counts) -> String {
    var parts: [String] = []
    if counts.logRecords > 0 { parts.append("\(counts.logRecords) log records") }
    if counts.dataPoints > 0 { parts.append("\(counts.dataPoints) data points") }
    if counts.spans > 0 || parts.isEmpty { parts.insert("\(counts.spans) spans", at: 0) }
    return parts.joined(separator: ", ")
  }

  // MARK: Start

  private var address: LoopbackCollector.Address {
    get throws(ToolError) {
      switch listen.place {
      case .path(let path):
        if port != nil { throw ToolError(.usage, "--port: a Unix socket has no port") }
        return .unix(path: path)
      case .host(let host):
        if let port, let other = listen.port, port != other {
          throw ToolError(.usage, "--port: '\(port)' differs from the port of --listen, which is \(other)")
        }
        return .tcp(host: host, port: port ?? listen.port ?? 4317)
      }
    }
  }

  /// The address of the second port, on the same host: the one that is asked for, or 4318 beside 4317.
  private func secondAddress(
    beside address: LoopbackCollector.Address
  ) throws(ToolError) -> LoopbackCollector.Address? {
    guard case .tcp(let host, let port) = address else {
      if httpPort != nil { throw ToolError(.usage, "--http-port: a Unix socket has no port") }
      return nil
    }
    if let httpPort, httpPort != 0, httpPort == port {
      throw ToolError(.usage, "--http-port: '\(httpPort)' is the first port, which takes HTTP too")
    }
    return (httpPort ?? (port == 4317 ? 4318 : nil)).map { .tcp(host: host, port: $0) }
  }

  private var tls: LoopbackCollector.TLS? {
    get throws(ToolError) {
      switch (tlsCertificate, tlsKey) {
      case (let certificate?, let key?): return LoopbackCollector.TLS(certificate: certificate, privateKey: key)
      case (nil, nil): return nil
      case (_?, nil): throw ToolError(.usage, "--tls-certificate needs --tls-key")
      case (nil, _?): throw ToolError(.usage, "--tls-key needs --tls-certificate")
      }
    }
  }

  private func start(
    _ address: LoopbackCollector.Address, _ tls: LoopbackCollector.TLS?, _ handler: RequestHandler, decodes: Bool
  ) async throws(ToolError) -> LoopbackCollector {
    var configuration = LoopbackCollector.Configuration(address: address, tls: tls)
    configuration.secondAddress = try secondAddress(beside: address)
    // The collector decodes only the requests of kept items.
    configuration.keptSpans = decodes ? 1 : 0
    configuration.keptLogRecords = decodes ? 1 : 0
    configuration.keptMetrics = decodes ? 1 : 0
    configuration.keptRequests = 0
    configuration.maxMessageBytes = 64 << 20
    configuration.answersAnyMethod = true
    configuration.onRequest = { handler.answer($0) }
    do {
      return try await LoopbackCollector(configuration)
    } catch let error as TLSError {
      let option = error.role == .serverKey ? "--tls-key" : "--tls-certificate"
      throw ToolError(.configuration, "\(option): \(error.message)")
    } catch {
      throw ToolError(.configuration, "--listen: \(error)")
    }
  }
}
