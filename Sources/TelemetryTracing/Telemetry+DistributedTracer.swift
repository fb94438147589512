#if DistributedTracing
  public import SwiftOTLP
  internal import TelemetryCore
  internal import TelemetrySDK

  extension Telemetry {
    /// A back end of swift-distributed-tracing: for `InstrumentationSystem.bootstrap`, or to use as a `Tracer`. Its spans have the
    /// scope `swift-distributed-tracing`; for another one see ``DistributedTracer/init(_:propagator:)``.
    public var distributedTracer: DistributedTracer {
      DistributedTracer(tracer("swift-distributed-tracing"), propagator: propagator)
    }
  }
#endif
