import Synchronization
import TelemetrySDK

/// Keeps the spans that started and ended.
final class CollectingProcessor: SpanProcessor {
  struct State {
    var started: [RecordingSpan] = []
    var parents: [TraceContext] = []
    var ended: [SpanData] = []
    var shutdowns = 0
  }

  private let state = Mutex(State())

  var started: [RecordingSpan] { state.withLock { $0.started } }
  var parents: [TraceContext] { state.withLock { $0.parents } }
  var ended: [SpanData] { state.withLock { $0.ended } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }

  func onStart(_ span: RecordingSpan, parent: TraceContext) {
    state.withLock {
      $0.started.append(span)
      $0.parents.append(parent)
    }
  }

  func onEnd(_ span: RecordingSpan) {
    guard let data = span.data else { return }
    state.withLock { $0.ended.append(data) }
  }

  func shutdown(within limit: Duration) async -> FlushReport {
    state.withLock { $0.shutdowns += 1 }
    return .empty
  }
}

extension TracerProvider {
  /// A provider with a resource and the defaults.
  convenience init(
    _ processors: any SpanProcessor..., sampler: any Sampler = ParentBasedSampler(root: AlwaysOnSampler()),
    limits: (inout SpanLimits) -> Void = { _ in }, diagnostics: Diagnostics = Diagnostics { _ in }
  ) throws {
    var spanLimits = SpanLimits()
    limits(&spanLimits)
    try self.init(
      resource: Resource(["service.name": "test"]), sampler: sampler, limits: spanLimits, processors: processors,
      diagnostics: diagnostics)
  }
}
