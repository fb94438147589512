internal import OTLPTesting
internal import OTLPWire
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `otlp receive`.
package struct ReceiveCommand: ToolCommand {
  package var port: UInt16 = 4317
  package var tlsCertificate: String?
  package var tlsKey: String?
  package var output: String?

  package init() {}

  package static let table = CommandTable<ReceiveCommand>(
    "receive", "receives spans and shows or keeps them",
    notes: """
      It listens on 127.0.0.1 until it is interrupted (SIGINT or SIGTERM), then says what it got.
      On a terminal it shows the waterfall of each trace. --output - writes to standard output.
      """,
    options: [
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
    ])

  package func run() async throws(ToolError) -> ExitCode {
    let wake = BlockingSemaphore()
    StopSignal.shared.onRequest { wake.signal() }
    let file = try openOutput()
    let waterfall = file == nil && TextOutput.standard.isTerminal ? TraceBoard() : nil
    let failures = Failures()
    var configuration = LoopbackCollector.Configuration(port: port, tls: try tls)
    configuration.keptSpans = file == nil && waterfall == nil ? 0 : 1
    configuration.keptRequests = 0
    configuration.maxMessageBytes = 64 << 20
    configuration.onSpans = { spans in
      // The answer waits for the file, so that what was acknowledged is written.
      if let file, !file.line(OTLPJSON.encode(spans)) { failures.add(spans.count) }
      waterfall?.add(spans)
    }
    let collector = try await start(configuration)
    TextOutput.error.line("listening on \(collector.endpoint)")
    while !StopSignal.shared.isRequested {
      _ = wake.wait(until: waterfall == nil ? .never : .after(.milliseconds(250)))
      waterfall?.show(olderThan: .milliseconds(500))
    }
    await collector.stop()
    waterfall?.show(olderThan: .zero)
    let counts = collector.counts
    TextOutput.error.line("received \(counts.spans) spans in \(counts.acceptedRequests) requests")
    guard failures.count == 0 else {
      TextOutput.error.line("otlp receive: --output: \(failures.count) spans could not be written to \(output ?? "")")
      return .loss
    }
    return .success
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

  private func start(_ configuration: LoopbackCollector.Configuration) async throws(ToolError) -> LoopbackCollector {
    do {
      return try await LoopbackCollector(configuration)
    } catch {
      throw ToolError(.configuration, "--port \(port): \(error)")
    }
  }

  private func openOutput() throws(ToolError) -> TextOutput? {
    guard let output else { return nil }
    if output == "-" { return .standard }
    let descriptor = unsafe open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ToolError(.configuration, "--output: \(Diagnostics.sanitized(output)): \(systemMessage(errno))")
    }
    return TextOutput(descriptor: descriptor)
  }
}

/// A count from several threads.
private final class Failures: Sendable {
  private let state = Atomic<Int>(0)

  func add(_ count: Int) { state.wrappingAdd(count, ordering: .relaxed) }

  var count: Int { state.load(ordering: .relaxed) }
}
