import OTLPExport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK

/// A client whose server follows a script, on a loop's clock.
final class ScriptedClient: ExportClient {
  indirect enum Step: Sendable {
    case accept
    case partial(rejected: Int64, String)
    case fail(AttemptFailure)
    /// The step after a delay, or the call's deadline if that is earlier.
    case after(Duration, Step)
    /// A step before an instant, and another step from then on.
    case until(MonotonicInstant, Step, then: Step)
    /// No answer.
    case silence
    /// Refuses messages of more protobuf bytes, with grpc-go's text.
    case atMost(Int)
    /// The same with grpc-dotnet's text, which names no limit.
    case atMostUnsaid(Int)
    /// A step for requests with a span of this name, and another step for all other requests.
    case `if`(String, Step, else: Step)
    /// Refuses requests with one of these spans as invalid.
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
    _ outgoing: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure> {
    let message = outgoing.bytes
    let step = note(message, outgoing.isCompressed, headers, deadline)
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

  /// - Returns: False if the call is cancelled or the client shut down.
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

  private func perform(_ step: Step, _ message: BufferSlice, _ deadline: Deadline) async -> Result<
    ExportResponse, AttemptFailure
  > {
    switch step {
    case .accept: return .success(ExportResponse())
    case .partial(let rejected, let text):
      var response = ExportResponse()
      response.rejectedItems = rejected
      response.errorMessage = text
      return .success(response)
    case .fail(let failure): return .failure(failure)
    case .after(let duration, let step):
      let wake = Deadline(loop.now + duration)
      guard await pause(until: min(wake, deadline)) else { return .failure(.ownCancel) }
      if wake <= deadline { return await perform(step, message, deadline) }
      // Without a connection the deadline ends with the connection's failure.
      if case .fail(let failure) = step, failure.origin == .connect { return .failure(failure) }
      return .failure(.ownDeadline)
    case .until(let end, let first, let later): return await perform(loop.now < end ? first : later, message, deadline)
    case .silence: return await perform(.after(.seconds(1_000_000), .accept), message, deadline)
    case .atMost(let limit):
      let count = message.count - 5
      guard count > limit else { return .success(ExportResponse()) }
      return .failure(.server(8, "grpc: received message larger than max (\(count) vs. \(limit))"))
    case .atMostUnsaid(let limit):
      guard message.count - 5 > limit else { return .success(ExportResponse()) }
      return .failure(.server(8, "Received message exceeds the maximum configured message size."))
    case .if(let name, let step, let other):
      let spans = (try? ExportRequestDecoder.decode(Array(message.array.dropFirst(5)))) ?? []
      return await perform(spans.contains { $0.name == name } ? step : other, message, deadline)
    case .refusing(let names):
      let spans = (try? ExportRequestDecoder.decode(Array(message.array.dropFirst(5)))) ?? []
      guard spans.contains(where: { names.contains($0.name) }) else { return .success(ExportResponse()) }
      return .failure(.server(3, "bad span"))
    }
  }
}
