internal import GRPCClient
internal import HTTP2Transport
internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

/// Performs the steps of an export in order, and records the checks.
struct Probe {
  private(set) var checks: [Check] = []
  private(set) var failure: ProbeFailure?

  let server: Endpoint
  let configuration: OTLPConfiguration
  /// Nil for OTLP over HTTP.
  let channel: GRPCChannelConfiguration?
  let signal: OTLPSignal
  let isCompressed: Bool
  let network = SystemNetwork()
  let loop: TelemetryLoop
  let timeout: Duration
  private var stepStart = MonotonicInstant.system

  init(
    _ server: Endpoint, _ configuration: OTLPConfiguration, _ channel: GRPCChannelConfiguration?, signal: OTLPSignal,
    isCompressed: Bool, timeout: Duration, loop: TelemetryLoop
  ) {
    self.server = server
    self.configuration = configuration
    self.channel = channel
    self.signal = signal
    self.isCompressed = isCompressed
    self.timeout = timeout
    self.loop = loop
  }

  /// Runs on the loop. Stops at the first failure.
  mutating func run() async {
    guard let channel else { return }
    let deadline = Deadline(loop.now + timeout)
    guard let addresses = await resolve(deadline), let address = await connect(addresses, deadline) else { return }
    guard await handshake(address, channel.tls, deadline) else { return }
    await export(channel)
  }

  mutating func passed(_ step: Check.Step, _ details: [String]) {
    checks.append(Check(step: step, result: .passed, details: details, elapsed: endStep()))
  }

  mutating func failed(_ step: Check.Step, _ failure: ProbeFailure, _ details: [String] = []) {
    checks.append(Check(step: step, result: .failed, details: details, elapsed: endStep()))
    self.failure = failure
  }

  /// A closer look has found the reason of the last step's failure in an earlier step.
  mutating func explained(_ step: Check.Step, _ failure: ProbeFailure, _ details: [String] = []) {
    let last = checks.removeLast()
    checks.append(Check(step: step, result: .failed, details: details, elapsed: last.elapsed))
    self.failure = failure
  }

  /// - Returns: The time that the step took.
  private mutating func endStep() -> Duration {
    let now = MonotonicInstant.system
    defer { stepStart = now }
    return now - stepStart
  }
}
