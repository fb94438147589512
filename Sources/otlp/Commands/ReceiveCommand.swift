internal import HTTP2Transport
internal import OTLPTesting
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp receive`.
package struct ReceiveCommand: ToolCommand {
  package var listen = "127.0.0.1"
  package var port: UInt16?
  package var tlsCertificate: String?
  package var tlsKey: String?
  package var output: String?
  package var isVerbose = false

  package init() {}

  package static let table = CommandTable<ReceiveCommand>(
    "receive", "receives spans and shows or keeps them",
    notes: """
      It listens until it is interrupted (SIGINT or SIGTERM), then says what it got. --listen takes \
      127.0.0.1, 0.0.0.0:4317, [::1]:4317 or unix:/path.
      On a terminal it shows the waterfall of each trace, and again when more of its spans come.
      With --output a request is answered when its line is written; to the disk it is forced at the end.
      When a line can't be written, it answers UNAVAILABLE and ends. --output - is standard output.
      Exit code 0 at an interrupt, 69 if spans could not be written, 78 if it can't listen.
      """,
    options: [
      Option("listen", "ADDRESS", "where to listen", default: "127.0.0.1") {
        (command: inout ReceiveCommand, value: OptionValue) throws(ConfigurationError) in
        guard ListenAddress(value.text) != nil else {
          throw value.refused(
            allowed: "an IP address of this machine, with a port or without, localhost, or unix:/path")
        }
        command.listen = value.text
      },
      Option("port", "N", "the port; 0 takes a free one", default: "4317") {
        (command: inout ReceiveCommand, value: OptionValue) throws(ConfigurationError) in
        command.port = UInt16(try value.integer(in: 0...65_535))
      },
      Option("tls-certificate", "FILE", "the server's certificate; with it TLS is spoken") {
        (command: inout ReceiveCommand, value: OptionValue) throws(ConfigurationError) in
        command.tlsCertificate = try value.path()
      },
      Option("tls-key", "FILE", "the private key of --tls-certificate") {
        (command: inout ReceiveCommand, value: OptionValue) throws(ConfigurationError) in
        command.tlsKey = try value.path()
      },
      Option("output", "FILE", "appends what arrives as lines of OTLP JSON") {
        (command: inout ReceiveCommand, value: OptionValue) throws(ConfigurationError) in
        command.output = try value.path()
      },
      Option(flag: "verbose", "shows attributes, events, links and times too, on a terminal or not") {
        $0.isVerbose = true
      },
    ])

  package func run() async throws(ToolError) -> ExitCode {
    let address = try address
    let tls = try tls
    let file: SpanFile? = if let output { try SpanFile(output) } else { nil }
    let isShown = file == nil && (isVerbose || TextOutput.standard.isTerminal)
    let wake = BlockingSemaphore()
    StopSignal.shared.onRequest { wake.signal() }
    let reception = Reception(file: file, showsTraces: isShown) { wake.signal() }
    let collector = try await start(address, tls, reception, decodes: file != nil || isShown)
    TextOutput.error.line("listening on \(collector.endpoint)")
    if file == nil, !isShown {
      TextOutput.error.line(
        "standard output is no terminal: spans are only counted; --verbose shows them, --output keeps them")
    }
    var failure: ToolError?
    while failure == nil, !StopSignal.shared.isRequested, reception.failure == nil {
      _ = wake.wait(until: isShown ? .after(.milliseconds(250)) : .never)
      failure = show(reception, quiet: .milliseconds(500))
    }
    await stop(collector)
    if failure == nil { failure = show(reception, quiet: .zero) }
    return try conclude(collector.counts, reception, file, failure)
  }

  /// Shows traces that are ready; why standard output doesn't take them.
  private func show(_ reception: Reception, quiet: Duration) -> ToolError? {
    let (traces, letGo) = reception.takeQuiet(for: quiet)
    // Terminals change their width.
    let waterfall = Waterfall(Terminal.standard, isVerbose: isVerbose)
    do throws(ToolError) {
      for trace in traces {
        var text = waterfall.text(trace.spans)
        if trace.known > 0 { text += "  shown again, with \(trace.spans.count - trace.known) more spans\n" }
        if trace.omitted > 0 { text += "  … and \(trace.omitted) spans that were too many to keep\n" }
        try TextOutput.standard.deliver(text + "\n")
      }
      if letGo.spans > 0 { try TextOutput.standard.deliver("… and \(letGo.spans) spans that were too many to show\n") }
      if letGo.traces > 0 {
        try TextOutput.standard.deliver("… \(letGo.traces) traces were let go; what comes of them stands apart\n")
      }
      return nil
    } catch {
      return error
    }
  }

  /// Lets the answers that are under way go out.
  private func stop(_ collector: LoopbackCollector) async {
    await collector.goAway(lastStream: .current)
    let end = Deadline.after(.seconds(1))
    let pause = BlockingSemaphore()
    while collector.counts.openConnections > 0, !end.hasPassed { _ = pause.wait(until: .after(.milliseconds(10))) }
    await collector.stop()
  }

  private func conclude(
    _ counts: LoopbackCollector.Counts, _ reception: Reception, _ file: SpanFile?, _ failure: ToolError?
  ) throws(ToolError) -> ExitCode {
    let requests = counts.acceptedRequests - (file == nil ? reception.otherCount : 0)
    TextOutput.error.line("received \(counts.spans) spans in \(requests) requests")
    if let others = reception.otherRequests { TextOutput.error.line(others) }
    if let failure { throw failure }
    if let reason = reception.failure {
      throw ToolError(.loss, "--output: \(reason); \(reception.refusedSpans) spans were refused")
    }
    if let file, let reason = file.finish() { throw ToolError(.loss, "--output: \(file.name): \(reason)") }
    return .success
  }

  // MARK: Start

  private var address: LoopbackCollector.Address {
    get throws(ToolError) {
      guard let parsed = ListenAddress(listen) else {
        throw ToolError(.usage, "--listen: '\(Redaction.shown(listen))'")
      }
      switch parsed.place {
      case .path(let path):
        if port != nil { throw ToolError(.usage, "--port: a socket in the file system has no port") }
        return .unix(path: path)
      case .host(let host):
        if let port, let other = parsed.port, port != other {
          throw ToolError(.usage, "--port: '\(port)' is not the port of --listen, which is \(other)")
        }
        return .tcp(host: host, port: port ?? parsed.port ?? 4317)
      }
    }
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
    _ address: LoopbackCollector.Address, _ tls: LoopbackCollector.TLS?, _ reception: Reception, decodes: Bool
  ) async throws(ToolError) -> LoopbackCollector {
    var configuration = LoopbackCollector.Configuration(address: address, tls: tls)
    // Requests are decoded only if the collector keeps spans.
    configuration.keptSpans = decodes ? 1 : 0
    configuration.keptRequests = 0
    configuration.maxMessageBytes = 64 << 20
    configuration.answersAnyMethod = true
    configuration.onRequest = { reception.answer($0) }
    do {
      return try await LoopbackCollector(configuration)
    } catch let error as TLSError {
      let option = error.role == .serverKey ? "--tls-key" : "--tls-certificate"
      throw ToolError(.configuration, "\(option): \(error.message)")
    } catch let error as NetworkError {
      // It names the address.
      throw ToolError(.configuration, "--listen: \(error)")
    } catch {
      throw ToolError(
        .configuration, "--listen \(Redaction.shown(listen))\(port.map { ", --port \($0)" } ?? ""): \(error)")
    }
  }
}
