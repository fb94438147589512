#if OpenTelemetrySwift
  import Foundation
  import OpenTelemetryApi
  import OpenTelemetrySdk

  extension OpenTelemetrySdk.SpanData {
    /// A span as their SDK makes it, the only way to get one.
    static func example(_ name: String = "n") -> OpenTelemetrySdk.SpanData {
      let builder = TracerProviderBuilder().build().get(instrumentationName: "example").spanBuilder(spanName: name)
      let span = builder.setNoParent().setStartTime(time: Date(timeIntervalSinceReferenceDate: 0)).startSpan()
      span.end(time: Date(timeIntervalSinceReferenceDate: 1))
      return (span as! any ReadableSpan).toSpanData()
    }
  }
#endif
