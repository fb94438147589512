#if !DistributedTracing
  public import SwiftOTLP

  /// The back end of swift-distributed-tracing. It is in the package's trait `DistributedTracing`.
  @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"DistributedTracing\"])")
  public struct DistributedTracer {}

  extension Telemetry {
    /// A back end of swift-distributed-tracing. It is in the package's trait `DistributedTracing`.
    @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"DistributedTracing\"])")
    public var distributedTracer: Never { fatalError("the trait DistributedTracing is off") }
  }
#endif
