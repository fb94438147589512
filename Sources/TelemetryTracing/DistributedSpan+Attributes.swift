#if DistributedTracing
  internal import TelemetryCore
  internal import TelemetrySDK
  public import Tracing

  extension DistributedSpan {
    /// The attributes that were set through this API.
    ///
    /// Attributes may be set on several threads at once: all are kept. A thread that reads while another one sets an attribute may
    /// see only a part of them.
    public var attributes: SpanAttributes {
      get { state.attributes }
      // Inlined and small, so that the coroutine needs no allocation.
      @inline(__always)
      nonmutating _modify {
        var (attributes, isAll) = state.take()
        defer { state.giveBack(attributes, isAll: isAll) }
        yield &attributes
      }
      nonmutating set { state.attributes = newValue }
    }

    /// Changes several attributes. The closure only runs if the span is recorded.
    public func updateAttributes(_ update: (inout SpanAttributes) -> Void) {
      guard isRecording else { return }
      update(&attributes)
    }
  }
#endif
