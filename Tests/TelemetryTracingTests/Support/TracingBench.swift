#if DistributedTracing
  import Synchronization
  import TelemetryCore
  import TelemetrySDK
  import TelemetryTracing
  import Tracing

  /// A tracer of swift-distributed-tracing whose ended spans are kept.
  final class TracingBench: SpanProcessor {
    private struct State {
      var started: [RecordingSpan] = []
      var ended: [SpanData] = []
    }

    private let state = Mutex(State())
    private let provider = Mutex<TracerProvider?>(nil)

    var ended: [SpanData] { state.withLock { $0.ended } }
    var last: SpanData { ended.last! }
    var abandoned: Int { provider.withLock { $0!.abandonedSpans } }

    func ended(_ name: String) -> SpanData? { ended.first { $0.name == name } }

    /// A back end and the tracer below it.
    func tracers(
      _ sampler: any Sampler = AlwaysOnSampler(), limits: SpanLimits = SpanLimits(),
      propagator: any TextMapPropagator = CompositePropagator.standard
    ) throws -> (distributed: DistributedTracer, own: TelemetryTracer) {
      let made = try TracerProvider(
        resource: Resource(["service.name": "test"]), sampler: sampler, limits: limits, processors: [self],
        diagnostics: .silent)
      provider.withLock { $0 = made }
      let own = made.tracer("test")
      return (DistributedTracer(own, propagator: propagator), own)
    }

    func onEnd(_ span: RecordingSpan) {
      guard let data = span.data else { return }
      state.withLock { $0.ended.append(data) }
    }
  }

  /// Headers as a server has them: one value for a name.
  struct HeaderCarrier: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key.lowercased()] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
      carrier[key.lowercased()] = value
    }
  }

  struct Instant: TracerInstant {
    let nanosecondsSinceEpoch: UInt64

    static func at(_ nanoseconds: UInt64) -> Instant { Instant(nanosecondsSinceEpoch: nanoseconds) }
    static func < (left: Instant, right: Instant) -> Bool { left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch }
  }

  enum OtherKey: ServiceContextKey {
    typealias Value = String
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String { "no stock" }
  }
#endif
