import OTLPExport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK

/// A server that answers as it is told, on a loop's clock.
final class ScriptedTransport: OTLPTransport {
  indirect enum Step: Sendable {
    case accept
    case partial(rejected: Int64, String)
    case fail(AttemptFailure)
    /// The step after a while; the call's deadline comes first if it is earlier.
    case after(Duration, Step)
    /// One step before an instant, another from then on.
    case until(MonotonicInstant, Step, then: Step)
    /// No answer.
    case silence
    /// Refuses messages of more than so many protobuf bytes, in grpc-go's words.
    case atMost(Int)
    /// The same in grpc-dotnet's words, which name no limit.
    case atMostUnsaid(Int)
    /// One step for what holds a span of this name, another for all else.
    case `if`(String, Step, else: Step)
    /// Refuses as invalid what holds one of these spans.
    case refusing(Set<String>)
  }

  struct Call: Sendable {
    var time: MonotonicInstant
    var deadline: Deadline
    var isCompressed: Bool
    var headers: OTLPHeaders?
    var spans: [SpanData]
    var bytes: [UInt8]
  }

  private struct State {
    var steps: [Step] = []
    var standard = Step.accept
    var calls: [Call] = []
    var isShutDown = false
    var pauses: [Promise<Void>] = []
    var open = 0
    var mostOpen = 0
    var connectionsMade = 1
  }

  private let loop: TelemetryLoop
  private let state = Mutex(State())

  init(_ loop: TelemetryLoop, _ steps: [Step] = [], standard: Step = .accept) {
    self.loop = loop
    state.withLock { state in
      state.steps = steps
      state.standard = standard
    }
  }

  var connectionsMade: Int { state.withLock { $0.connectionsMade } }
  func reconnect() { state.withLock { $0.connectionsMade += 1 } }

  var calls: [Call] { state.withLock { $0.calls } }
  var mostOpen: Int { state.withLock { $0.mostOpen } }
  var isShutDown: Bool { state.withLock { $0.isShutDown } }

  func send(
    _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> AttemptResult {
    let step = note(message, isCompressed, headers, deadline)
    defer { state.withLock { $0.open -= 1 } }
    return await perform(step, message, deadline)
  }

  func shutdown(deadline: Deadline) async {
    let pauses = state.withLock { state in
      state.isShutDown = true
      return state.pauses
    }
    for pause in pauses { pause.fulfil(()) }
  }

  private func note(
    _ message: BufferSlice, _ isCompressed: Bool, _ headers: OTLPHeaders?, _ deadline: Deadline
  ) -> Step {
    let bytes = message.array
    let body = Array(bytes.dropFirst(5))
    let protobuf = isCompressed ? (try? Gzip.inflate(body, limit: 1 << 30)) ?? [] : body
    let spans = (try? ExportRequestDecoder.decode(protobuf)) ?? []
    return state.withLock { state in
      state.open += 1
      state.mostOpen = max(state.mostOpen, state.open)
      state.calls.append(
        Call(
          time: loop.now, deadline: deadline, isCompressed: isCompressed, headers: headers, spans: spans, bytes: bytes))
      return state.steps.isEmpty ? state.standard : state.steps.removeFirst()
    }
  }

  /// False if the call is cancelled, or the transport shut down.
  private func pause(until deadline: Deadline) async -> Bool {
    let pause = Promise<Void>()
    let isShutDown = state.withLock { state in
      state.pauses.append(pause)
      return state.isShutDown
    }
    if isShutDown { pause.fulfil(()) }
    defer { state.withLock { $0.pauses.removeAll { $0 === pause } } }
    return await withTaskCancellationHandler {
      await pause.value(until: deadline, on: loop) == nil
    } onCancel: {
      pause.fulfil(())
    }
  }

  private func perform(_ step: Step, _ message: BufferSlice, _ deadline: Deadline) async -> AttemptResult {
    switch step {
    case .accept: return .accepted(ExportResponse())
    case .partial(let rejected, let text):
      var response = ExportResponse()
      response.rejectedItems = rejected
      response.errorMessage = text
      return .accepted(response)
    case .fail(let failure): return .failed(failure)
    case .after(let duration, let step):
      let wake = Deadline(loop.now + duration)
      guard await pause(until: min(wake, deadline)) else { return .failed(.ownCancel) }
      if wake <= deadline { return await perform(step, message, deadline) }
      // Without a connection that is what the deadline finds.
      if case .fail(let failure) = step, failure.origin == .connect { return .failed(failure) }
      return .failed(.ownDeadline)
    case .until(let end, let first, let later): return await perform(loop.now < end ? first : later, message, deadline)
    case .silence: return await perform(.after(.seconds(1_000_000), .accept), message, deadline)
    case .atMost(let limit):
      let count = message.count - 5
      guard count > limit else { return .accepted(ExportResponse()) }
      return .failed(.server(8, "grpc: received message larger than max (\(count) vs. \(limit))"))
    case .atMostUnsaid(let limit):
      guard message.count - 5 > limit else { return .accepted(ExportResponse()) }
      return .failed(.server(8, "Received message exceeds the maximum configured message size."))
    case .if(let name, let step, let other):
      let spans = (try? ExportRequestDecoder.decode(Array(message.array.dropFirst(5)))) ?? []
      return await perform(spans.contains { $0.name == name } ? step : other, message, deadline)
    case .refusing(let names):
      let spans = (try? ExportRequestDecoder.decode(Array(message.array.dropFirst(5)))) ?? []
      guard spans.contains(where: { names.contains($0.name) }) else { return .accepted(ExportResponse()) }
      return .failed(.server(3, "bad span"))
    }
  }
}

/// A pipeline over a scripted server in a simulation.
struct PipelineFixture {
  let simulation: Simulation
  let transport: ScriptedTransport
  let pipeline: ExportPipeline
  let log = EventLog()

  init(
    _ simulation: Simulation, _ steps: [ScriptedTransport.Step] = [], standard: ScriptedTransport.Step = .accept,
    configure: (inout ExportPipeline.Configuration) -> Void = { _ in }
  ) {
    self.simulation = simulation
    transport = ScriptedTransport(simulation.loop, steps, standard: standard)
    var configuration = ExportPipeline.Configuration()
    configuration.server = "http://server:4317"
    configure(&configuration)
    pipeline = ExportPipeline(
      configuration, transport: transport, loop: simulation.loop, diagnostics: log.diagnostics,
      random: SeededRandom(seed: simulation.seed))
  }

  func export(_ count: Int = 10, within: Duration = .seconds(30)) async -> ExportOutcome {
    await pipeline.export(StandardWorkload().spans(0..<count), deadline: Deadline(simulation.now + within))
  }

  /// The pauses between the calls.
  var pauses: [Duration] {
    let calls = transport.calls
    return zip(calls, calls.dropFirst()).map { $1.time - $0.time }
  }

  func events(_ message: String) -> [DiagnosticEvent] { log.events.filter { $0.message.contains(message) } }
}

/// The pipeline behind a processor.
struct PipelineExporter: SpanExporter, LoopExporter {
  let pipeline: ExportPipeline

  var maxConcurrentExports: Int { pipeline.room }
  var loop: TelemetryLoop? { pipeline.loop }
  var appliesExportTimeout: Bool { true }
  func share(_ budget: ByteBudget) { pipeline.share(budget) }
  func observeRoom(_ observer: @escaping @Sendable () -> Void) { pipeline.observeRoom(observer) }
  func export(_ batch: consuming [SpanData], deadline: Deadline) async -> ExportOutcome {
    await pipeline.export(consume batch, deadline: deadline)
  }
  func export(_ batch: consuming [SpanData], timeout: Duration, deadline: Deadline) async -> ExportOutcome {
    await pipeline.export(consume batch, timeout: timeout, deadline: deadline)
  }
  func expedite(deadline: Deadline) async { await pipeline.expedite(deadline: deadline) }
  func forceFlush(deadline: Deadline) async -> Bool { await pipeline.flush(deadline: deadline) }
  func shutdown(deadline: Deadline) async { await pipeline.shutdown(deadline: deadline) }
}
